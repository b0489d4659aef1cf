import type { AuditEntry } from '@marquee/core/audit';
import type { JobId, MovieId } from '@marquee/core/ids';
import type { QueueName, Store } from '@marquee/core/ports';
import { queueTitle } from '../view/queue-name.ts';

type Target = AuditEntry['target'];

/** A film as the audit log names it: by the title that it has now. To be asked before it is deleted. */
export async function filmTarget(store: Store, id: MovieId): Promise<Target> {
  return { kind: 'movie', id, name: (await store.movies.get(id))?.title ?? id };
}

/** A job, by the title of its film. */
export async function jobTarget(store: Store, id: JobId): Promise<Target> {
  const job = await store.jobs.get(id);
  const movie = job && (await store.movies.get(job.movieId));
  return { kind: 'job', id, name: movie?.title ?? job?.fileName ?? id };
}

export function queueTarget(name: QueueName): Target {
  return { kind: 'queue', id: name, name: queueTitle(name) };
}
