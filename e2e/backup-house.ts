import type { JobId } from '@marquee/core/ids';
import type { Engines } from '@marquee/workers/engines';
import { openFleetEngines } from './fleet.ts';
import { lastLine, startMarquee } from './marquee.ts';

const T0 = 1_800_000_000_000;

/** Runs a command to its end. @returns its line of JSON @throws Error with what it said, unless it ended well */
export async function answer<T>(house: Record<string, string>, args: string[]): Promise<T> {
  const { code, stdout, stderr } = await startMarquee([...args, '--json'], house).ended;
  const line = lastLine<T>(stdout);
  if (code === 0 && line !== null) return line;
  throw new Error(`marquee ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
}

/** Opens the engines of a house for a look. */
export async function inHouse<T>(house: Record<string, string>, look: (engines: Engines) => Promise<T>): Promise<T> {
  const engines = await openFleetEngines(house);
  try {
    return await look(engines);
  } finally {
    await engines.close();
  }
}

/** Leaves what people leave in a house beside its films. */
export async function leaveTraces({ store }: Engines): Promise<void> {
  const user = {
    id: 'u1',
    email: 'ann@example.org',
    name: 'Ann',
    role: 'admin',
    createdAt: '2027-01-01T00:00:00.000Z',
  };
  await store.accounts.insert('user', user);
  await store.library.keep('u1', 'own:film', { favouriteAtMs: T0, positionSec: 7, positionAtMs: T0 });
  await store.settings.update(0, { houseName: 'Lichtspiele' });
}

/** What a house is told by: people, what they keep and set, films, jobs and their parts. */
export async function tracesOf({ store }: Engines, jobId: string) {
  const tasks = await store.tasks.list(jobId as JobId);
  return {
    users: await store.accounts.find('user', []),
    entry: await store.library.get('u1', 'own:film'),
    settings: (await store.settings.get()).values,
    films: (await store.movies.list({ limit: 9 })).items,
    job: await store.jobs.get(jobId as JobId),
    tasks: tasks.sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
