import { createHash } from 'node:crypto';
import type { JobId, TaskId } from '@marquee/core/ids';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { DeadLetter, Queue, QueueName, Store } from '@marquee/core/ports';
import { z } from 'zod';
import { queueTitle } from '../view/queue-name.ts';
import { taskName } from '../view/task-name.ts';
import { letterText, withoutSecrets } from './letter-text.ts';

/** Letters of one queue that are shown, oldest first. */
export const SHOWN_LETTERS = 50;
/** Letters that one "send all back" moves at most. */
const ALL_LETTERS = 10_000;
/** What was read is looked at again after this long, in milliseconds, also when the count is the same. */
const STALE_MS = 30_000;

/** A dead letter as the page shows it. */
export interface Letter {
  queue: QueueName;
  id: string;
  /** What it was about, such as "Picture, part 3". */
  what: string;
  /** The film it belongs to; null where that cannot be found out. */
  film: { jobId: JobId; title: string } | null;
  reason: string;
  deliveryCount: number;
  diedAtMs: number;
}

interface Shelf {
  letters: Letter[];
  /** Bodies by the id of their letter, as text. */
  texts: Map<string, string>;
  /** The queue's count of dead letters when they were read. */
  count: number;
  readAtMs: number;
}

/** Where dead letters are read and sent back. */
export interface DeadDesk {
  /**
   * The letters of a queue, read anew only when its count differs or the last reading is old: some engines can
   * only lend letters out, and while they are lent nobody else can send them back.
   */
  letters(name: QueueName, count: number): Promise<Letter[]>;
  /** As last read; null if they never were. */
  known(name: QueueName): Letter[] | null;
  /** The body of a letter that is shown; null if it is not. */
  text(name: QueueName, id: string): string | null;
  /** @returns how many were moved */
  sendBack(name: QueueName, ids: string[]): Promise<number>;
  sendAllBack(name: QueueName): Promise<number>;
}

const DESKS_KEY = Symbol.for('marquee.web.dead-desks');
const globals = globalThis as { [DESKS_KEY]?: WeakMap<Queue, DeadDesk> };

/** The one desk of a queue. Kept on globalThis, because a bundler may load this module more than once. */
export function deadDesk(engines: { queue: Queue; store: Store }): DeadDesk {
  globals[DESKS_KEY] ??= new WeakMap();
  const desk = globals[DESKS_KEY].get(engines.queue) ?? openDesk(engines);
  globals[DESKS_KEY].set(engines.queue, desk);
  return desk;
}

/** Changes whenever anything in the letters does. */
export function versionOf(letters: Letter[]): string {
  return createHash('sha256').update(JSON.stringify(letters)).digest('base64url').slice(0, 16);
}

function openDesk({ queue, store }: { queue: Queue; store: Store }): DeadDesk {
  const shelves = new Map<QueueName, Shelf>();
  const turns = new Map<QueueName, Promise<unknown>>();
  const readings = new Map<QueueName, Promise<Shelf>>();

  /** One reader or mover of a queue at a time: two would hide letters from each other. */
  const inTurn = <T>(name: QueueName, work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(name) ?? Promise.resolve()).then(work, work);
    turns.set(name, turn);
    return turn;
  };

  const read = (name: QueueName, count: number): Promise<Shelf> => {
    const reading = inTurn(name, async () => {
      const dead = await queue.listDead(name, SHOWN_LETTERS);
      const letters = await describe(store, name, dead);
      const texts = new Map(dead.map(({ id, body }) => [id, letterText(body)]));
      const shelf = { letters, texts, count, readAtMs: Date.now() };
      shelves.set(name, shelf);
      return shelf;
    }).finally(() => readings.delete(name));
    readings.set(name, reading);
    return reading;
  };

  const move = (name: QueueName, choose: () => Promise<string[]>): Promise<number> =>
    inTurn(name, async () => {
      try {
        const ids = await choose();
        return ids.length === 0 ? 0 : await queue.redriveDead(name, ids);
      } finally {
        const shelf = shelves.get(name);
        if (shelf) shelf.readAtMs = Number.NEGATIVE_INFINITY;
      }
    });

  return {
    async letters(name, count) {
      const shelf = shelves.get(name);
      if (shelf && shelf.count === count && Date.now() - shelf.readAtMs < STALE_MS) return shelf.letters;
      if (count === 0 && (shelf?.letters.length ?? 0) === 0) return [];
      return (await (readings.get(name) ?? read(name, count))).letters;
    },
    known: (name) => shelves.get(name)?.letters ?? null,
    text: (name, id) => shelves.get(name)?.texts.get(id) ?? null,
    sendBack: (name, ids) => move(name, async () => ids),
    sendAllBack: (name) => move(name, async () => (await queue.listDead(name, ALL_LETTERS)).map(({ id }) => id)),
  };
}

/** What every message of ours says about itself. A dead one may well be broken: nothing more is asked of it. */
const named = z.object({
  type: z
    .enum(MESSAGE_TYPES as [QueueName, ...QueueName[]])
    .nullish()
    .catch(null),
  payload: z.object({ jobId: z.string().min(1), taskId: z.string().min(1).nullish().catch(null) }),
});

/** Finds out which films and parts letters are about. Without the store they are shown all the same. */
async function describe(store: Store, queue: QueueName, dead: DeadLetter[]): Promise<Letter[]> {
  const names = dead.map(({ body }) => named.safeParse(body).data ?? null);
  const jobIds = [...new Set(names.flatMap((name) => (name ? [name.payload.jobId as JobId] : [])))];
  const taskIds = [...new Set(names.flatMap((name) => (name?.payload.taskId ? [name.payload.taskId as TaskId] : [])))];
  const [films, tasks] = await Promise.all([
    Promise.all(jobIds.map(async (jobId) => ({ jobId, title: await titleOfJob(store, jobId) }))),
    store.tasks.states(taskIds),
  ]).catch(() => [[], []]);
  return dead.map(({ id, reason, deliveryCount, diedAtMs }, i) => {
    const name = names[i];
    const film = films.find(({ jobId }) => jobId === name?.payload.jobId);
    const task = tasks.find((each) => each.id === name?.payload.taskId);
    return {
      queue,
      id,
      what: name ? whatOf(name.type ?? queue, task) : 'A message that cannot be read',
      film: film?.title ? { jobId: film.jobId, title: film.title } : null,
      reason: withoutSecrets(reason),
      deliveryCount,
      diedAtMs,
    };
  });
}

function whatOf(type: QueueName, task: Parameters<typeof taskName>[0] | undefined): string {
  if (type === 'video.uploaded') return 'A new film';
  if (type === 'task.finished') return task ? `Word that a part ended: ${taskName(task)}` : 'Word that a part ended';
  return task ? taskName(task) : queueTitle(type);
}

async function titleOfJob(store: Store, id: JobId): Promise<string | null> {
  const job = await store.jobs.get(id);
  return job ? ((await store.movies.get(job.movieId))?.title ?? job.fileName) : null;
}
