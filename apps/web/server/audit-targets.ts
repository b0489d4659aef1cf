import type { AuditEntry } from '@marquee/core/audit';
import type { JobId } from '@marquee/core/ids';
import { container } from './container.ts';

type Target = AuditEntry['target'];

/** A job as the audit log names it: by the title that its film has now. */
export async function jobTarget(id: JobId): Promise<Target> {
  const { engines } = await container();
  const job = await engines.store.jobs.get(id);
  const movie = job && (await engines.store.movies.get(job.movieId));
  return { kind: 'job', id, name: movie?.title ?? job?.fileName ?? id };
}
