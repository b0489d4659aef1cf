import { setTimeout as sleep } from 'node:timers/promises';
import { MarqueeError, toMarqueeError } from '@marquee/core/errors';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { Queue, QueueName, QueueStats } from '@marquee/core/ports';
import { container } from './container.ts';
import { deadDesk, type Letter, SHOWN_LETTERS, versionOf } from './dead-desk.ts';

/** An engine that takes longer than this to count its messages counts as away, in milliseconds. */
const COUNT_MS = 4000;
/** Letters that take longer to read than this are shown the next time, in milliseconds. */
const READ_MS = 1500;
/** How often the page asks, in milliseconds: no oftener than counts can change. */
const MIN_LOOK_MS = 2000;
const MAX_LOOK_MS = 15_000;

/** How one queue stands. */
export interface QueueRow extends QueueStats {
  name: QueueName;
}

/** Everything that the page of the queues shows. */
export interface QueuesSnapshot {
  /** Null while they cannot be counted. */
  queues: QueueRow[] | null;
  /** Why they cannot, in a sentence; null when all is well. */
  trouble: string | null;
  /** Oldest first within a queue; null when the reader has this version already, or they cannot be read. */
  letters: Letter[] | null;
  lettersVersion: string | null;
  /** At most so many of each queue are in `letters`. */
  shownLetters: number;
  knowsAge: boolean;
  /** How old the counts may be, in milliseconds. */
  statsLagMs: number;
  /** How long to wait before asking again, in milliseconds. */
  lookAgainMs: number;
  readAtMs: number;
}

/**
 * How the queues stand. Never throws for an engine that is away: that is a state to be shown.
 *
 * @param seenVersion of the letters that the reader has
 */
export async function queuesSnapshot(seenVersion?: string): Promise<QueuesSnapshot> {
  const { engines, log } = await container();
  const { features } = engines.queue;
  const facts = {
    shownLetters: SHOWN_LETTERS,
    knowsAge: features.knowsAge,
    statsLagMs: features.statsLagMs,
    lookAgainMs: Math.min(MAX_LOOK_MS, Math.max(MIN_LOOK_MS, features.statsLagMs / 4)),
  };
  try {
    const queues = await within(COUNT_MS, countAll(engines.queue));
    const letters = (await Promise.all(queues.map(({ name, dead }) => lettersOf(name, dead)))).flat();
    const lettersVersion = versionOf(letters);
    return {
      ...facts,
      queues,
      trouble: null,
      letters: lettersVersion === seenVersion ? null : letters,
      lettersVersion,
      readAtMs: Date.now(),
    };
  } catch (thrown) {
    const error = toMarqueeError(thrown);
    if (error.code === 'INTERNAL') log.error('the queues could not be read', { err: thrown });
    return {
      ...facts,
      queues: null,
      trouble: troubleSentence(error),
      letters: null,
      lettersVersion: null,
      lookAgainMs: MIN_LOOK_MS,
      readAtMs: Date.now(),
    };
  }
}

/** How many messages each queue holds; null while the engine does not tell. */
export async function queueDepths(): Promise<QueueRow[] | null> {
  const { engines } = await container();
  return within(COUNT_MS, countAll(engines.queue)).catch(() => null);
}

function countAll(queue: Queue): Promise<QueueRow[]> {
  return Promise.all(MESSAGE_TYPES.map(async (name) => ({ name, ...(await queue.stats(name)) })));
}

/** @returns the body of a letter that is shown, as text without secrets, or null if it is gone. */
export async function letterBody(queue: QueueName, id: string): Promise<string | null> {
  const { engines } = await container();
  return deadDesk(engines).text(queue, id);
}

/** What is wrong with the queue, for whoever looks at its page or sends something back. */
export function troubleSentence(error: MarqueeError): string {
  if (error.code === 'BROKER_DOWN')
    return 'The message queue does not answer; its work waits for it, and this page looks again by itself.';
  return error.code === 'INTERNAL' ? 'The queues could not be read; the server’s log says why.' : error.message;
}

/** What is known when reading takes long; it goes on and is there the next time. */
async function lettersOf(name: QueueName, count: number): Promise<Letter[]> {
  const { engines } = await container();
  const desk = deadDesk(engines);
  const reading = desk.letters(name, count);
  const late = new AbortController();
  try {
    return await Promise.race([
      reading,
      sleep(READ_MS, undefined, { signal: late.signal, ref: false }).then(() => desk.known(name) ?? []),
    ]);
  } finally {
    late.abort();
    reading.catch(() => undefined);
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(limitMs, undefined, { signal: late.signal, ref: false }).then(() => {
        throw new MarqueeError('BROKER_DOWN', `The queue did not answer within ${limitMs} ms.`);
      }),
    ]);
  } finally {
    late.abort();
    work.catch(() => undefined);
  }
}
