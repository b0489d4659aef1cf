import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageType } from '@marquee/core/messages';
import type { AsyncMessage, Channel } from 'rabbitmq-client';
import { type Letter, readLetter } from './rabbitmq-letters.ts';
import { LANES, type Lane, type RabbitNames } from './rabbitmq-names.ts';
import { createSettler, type Settler } from './rabbitmq-settler.ts';

/** A message, and the time of the channel that holds it. */
export interface Held {
  letter: Letter;
  deliveryTag: number;
  session: Session;
}

/** The time of one channel. What is not settled when it ends is handed out again, to anyone. */
export interface Session {
  channel: Channel;
  settler: Settler;
  /** Aborted when the channel is gone. */
  over: AbortController;
}

export function openSession(channel: Channel): Session {
  const session: Session = { channel, settler: createSettler(channel), over: new AbortController() };
  channel.once('close', () => session.over.abort());
  return session;
}

/** What is urgent has this long to arrive before the ordinary lane is asked too. */
const HEAD_START_MS = 10;
/** Slots that are all busy for so long, none of them ending anything, ask for nothing more: another could run it. */
const BUSY_MS = 20;

/** Slots that listen together: to both lanes, each of which may bring as many messages as there are slots. */
interface Group {
  size: number;
  busy: number;
  inbox: Record<Lane, Held[]>;
  tags: string[];
  /** True once it listens no more. A slot that was in it is free when its run ends. */
  hasLeft: boolean;
  busyTimer: NodeJS.Timeout | undefined;
}

/**
 * Runs so many slots on one channel until `stop`, each of which carries one message at a time.
 *
 * Prefetch in RabbitMQ counts for each queue by itself. So slots that are free listen together, with a prefetch of
 * their number, to the first lane and a moment later to the other; what comes beyond their number waits. While
 * messages are carried faster than that matters, they go on so. Once all are busy and none of them gets free, they
 * leave both lanes and hand back what waits: each then listens anew when it is free, with whichever are free by then.
 *
 * @param parts.free  how many slots are free now
 * @param parts.carry carries a message to its end; never throws
 * @returns a way to say that one more slot is free, and when all have left
 */
export function openSlots(parts: {
  session: Session;
  names: RabbitNames;
  type: MessageType;
  free: number;
  stop: AbortSignal;
  carry: (held: Held) => Promise<void>;
}): { free(): void; ended: Promise<void> } {
  const { session, names, type, stop } = parts;
  const { channel, settler } = session;
  const groups = new Set<Group>();
  let free = parts.free;
  let wake: () => void = () => undefined;
  const oneMore = () => {
    free++;
    wake();
  };

  function pump(group: Group): void {
    while (!group.hasLeft && !stop.aborted && group.busy < group.size) {
      const held = group.inbox.first.shift() ?? group.inbox.ordinary.shift();
      if (!held) break;
      group.busy++;
      void parts.carry(held).then(() => {
        group.busy--;
        clearTimeout(group.busyTimer);
        group.busyTimer = undefined;
        if (group.hasLeft) oneMore();
        else pump(group);
        wake();
      });
    }
    if (!group.hasLeft && group.busy === group.size) {
      group.busyTimer ??= setTimeout(() => void leave(group).catch(() => undefined), BUSY_MS);
    }
  }

  async function leave(group: Group): Promise<void> {
    if (group.hasLeft) return;
    group.hasLeft = true;
    groups.delete(group);
    clearTimeout(group.busyTimer);
    free += group.size - group.busy;
    giveBack(group);
    wake();
    for (const tag of group.tags) if (channel.active) await channel.basicCancel(tag);
  }

  function giveBack(group: Group): void {
    for (const lane of LANES) for (const { deliveryTag } of group.inbox[lane].splice(0)) settler.giveBack(deliveryTag);
  }

  async function listen(group: Group, lane: Lane): Promise<void> {
    const queue = names.lane(type, lane);
    const { consumerTag } = await channel.basicConsume({ queue }, (message: AsyncMessage) => {
      const { deliveryTag } = message;
      settler.took(deliveryTag);
      group.inbox[lane].push({ letter: readLetter(message, type, queue), deliveryTag, session });
      if (group.hasLeft || stop.aborted) giveBack(group);
      else pump(group);
      wake();
    });
    group.tags.push(consumerTag);
    if (group.hasLeft && channel.active) await channel.basicCancel(consumerTag);
  }

  /** Resolves when something has changed, or after a while. */
  const change = (withinMs?: number) =>
    new Promise<void>((resolve) => {
      const timer = withinMs === undefined ? undefined : setTimeout(() => wake(), withinMs);
      wake = () => {
        clearTimeout(timer);
        wake = () => undefined;
        resolve();
      };
    });

  const onStop = () => {
    for (const group of groups) void leave(group).catch(() => undefined);
    wake();
  };
  stop.addEventListener('abort', onStop, { once: true });

  async function run(): Promise<void> {
    while (!stop.aborted) {
      if (free === 0) {
        await change();
        continue;
      }
      const group: Group = {
        size: free,
        busy: 0,
        inbox: { first: [], ordinary: [] },
        tags: [],
        hasLeft: false,
        busyTimer: undefined,
      };
      free = 0;
      groups.add(group);
      await channel.basicQos({ prefetchCount: group.size });
      await listen(group, 'first');
      // A moment in which others may become free and listen together.
      await sleep(HEAD_START_MS, undefined, { signal: stop }).catch(() => undefined);
      while (!group.hasLeft && !stop.aborted && group.busy === group.size) await change();
      if (!group.hasLeft && !stop.aborted) await listen(group, 'ordinary');
    }
  }
  const ended = (async () => {
    try {
      await run();
    } finally {
      stop.removeEventListener('abort', onStop);
      // What the broker has been told to end is ended before the channel is.
      await Promise.all([...groups].map((group) => leave(group).catch(() => undefined)));
    }
  })();
  return { free: oneMore, ended };
}
