import type { JobId, TaskId } from '@marquee/core/ids';
import type { Message } from '@marquee/core/messages';
import { newMessage } from '@marquee/core/messages';
import type { Delivery, Queue, Verdict } from '@marquee/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { eventually, expectCode, pause } from './engine.ts';

const QUEUE = 'task.finished';

function message(piece: string): Message<'task.finished'> {
  return newMessage('task.finished', { jobId: 'job' as JobId, taskId: piece as TaskId });
}
const pieceOf = (delivery: Delivery) => (delivery.body as Message<'task.finished'>).payload.taskId as string;

/** Holds an engine to the Queue port. Nothing here may lean on what one engine happens to do. */
export function describeQueueContract(name: string, open: () => Promise<Engine<Queue>>): void {
  describe(`queue contract: ${name}`, () => {
    let engine: Engine<Queue>;
    let queue: Queue;
    beforeEach(async () => {
      engine = await open();
      queue = engine.port;
    });
    afterEach(async () => {
      await engine.close();
    });

    /** Consumes into a list, answering each with `verdict`. */
    const collect = async (
      client: Queue,
      options: Partial<Parameters<Queue['consume']>[1]> = {},
      verdict: (delivery: Delivery) => Verdict | Promise<Verdict> = () => ({ kind: 'ack' }),
    ) => {
      const seen: (Delivery & { piece: string; atMs: number })[] = [];
      const consumer = await client.consume(QUEUE, { concurrency: 4, ...options }, async (delivery) => {
        seen.push({ ...delivery, piece: pieceOf(delivery), atMs: Date.now() });
        return verdict(delivery);
      });
      return { seen, consumer };
    };
    const isEmpty = () => queue.isEmpty(QUEUE);
    /** Waits for what `stats` says, which some engines know only after a while. */
    const eventuallyCounts = <T>(check: () => Promise<T>) => eventually(check, 5000 + 2 * queue.features.statsLagMs);

    it('hands over what was published, whole, once, and forgets it when acknowledged', async () => {
      const sent = message('naïve – 映画 🎬 "quoted" \\ \u0000');
      const beforeMs = Date.now();
      await queue.publish(sent);
      const { seen } = await collect(queue);
      await eventually(() => seen.length === 1);
      expect(seen[0]?.body).toEqual(sent);
      expect(seen[0]?.deliveryCount).toBe(1);
      expect(seen[0]?.id).toBeTruthy();
      expect(seen[0]?.enqueuedAtMs).toBeGreaterThan(beforeMs - 1500);
      expect(seen[0]?.enqueuedAtMs).toBeLessThan(Date.now() + 1500);
      await eventuallyCounts(isEmpty);
      await pause(200);
      expect(seen).toHaveLength(1);
    });

    it('keeps messages that were published before anyone listened, for any client', async () => {
      await Promise.all(Array.from({ length: 30 }, (_, i) => queue.publish(message(`${i}`))));
      const { seen } = await collect(await engine.another());
      await eventually(() => seen.length >= 30);
      expect(new Set(seen.map((each) => each.piece)).size).toBe(30);
    });

    it('wakes a consumer of another client when something is published', async () => {
      const { seen } = await collect(await engine.another());
      await pause(300);
      const publishedAtMs = Date.now();
      await queue.publish(message('late'));
      await eventually(() => seen.length === 1);
      expect((seen[0]?.atMs ?? 0) - publishedAtMs).toBeLessThan(1000);
    });

    it('keeps the queues apart', async () => {
      const others: unknown[] = [];
      await queue.consume('video.uploaded', { concurrency: 1 }, async (delivery) => {
        others.push(delivery.body);
        return { kind: 'ack' };
      });
      await queue.publish(message('mine'));
      const { seen } = await collect(queue);
      await eventually(() => seen.length === 1);
      await pause(200);
      expect(others).toEqual([]);
    });

    it('never delivers a delayed message early', async () => {
      const { seen } = await collect(queue);
      const publishedAtMs = Date.now();
      await queue.publish(message('delayed'), { delayMs: 700 });
      await queue.publish(message('at once'));
      await eventually(() => seen.length === 2);
      expect(seen.map((each) => each.piece)).toEqual(['at once', 'delayed']);
      expect((seen[1]?.atMs ?? 0) - publishedAtMs).toBeGreaterThanOrEqual(700);
      expect((seen[1]?.atMs ?? 0) - publishedAtMs).toBeLessThan(3000);
    });

    it('puts a retried message back no sooner than asked for, and counts', async () => {
      await queue.publish(message('again'));
      const { seen } = await collect(queue, {}, (delivery) =>
        delivery.deliveryCount === 1 ? { kind: 'retry', delayMs: 600 } : { kind: 'ack' },
      );
      await eventually(() => seen.length === 2);
      expect(seen.map((each) => each.deliveryCount)).toEqual([1, 2]);
      expect((seen[1]?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(600);
      expect(seen[1]?.body).toEqual(seen[0]?.body);
      await eventuallyCounts(isEmpty);
    });

    it('delivers again soon when the handler throws, whatever it throws', async () => {
      await queue.publish(message('thrown'));
      const { seen } = await collect(queue, {}, async (delivery) => {
        if (delivery.deliveryCount === 1) throw new Error('the handler broke');
        if (delivery.deliveryCount === 2) throw undefined;
        return { kind: 'ack' };
      });
      await eventually(() => seen.length === 3);
      expect((seen[2]?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeLessThan(3000);
      await eventuallyCounts(isEmpty);
    });

    it('keeps dead letters with their reason, and sends chosen ones back as new', async () => {
      await queue.publish(message('one'));
      await queue.publish(message('two'));
      const { seen, consumer } = await collect(queue, {}, (delivery) => ({
        kind: 'dead',
        reason: `cannot be read: ${pieceOf(delivery)}`,
      }));
      await eventually(() => seen.length === 2);
      await eventuallyCounts(async () => (await queue.stats(QUEUE)).dead === 2);
      await consumer.drain();
      await eventuallyCounts(isEmpty);

      const dead = await queue.listDead(QUEUE, 10);
      const two = dead.find((letter) => (letter.body as Message<'task.finished'>).payload.taskId === 'two');
      expect(dead).toHaveLength(2);
      expect(two).toMatchObject({ reason: 'cannot be read: two', deliveryCount: 1 });
      expect(Math.abs((two?.diedAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
      expect(await queue.listDead(QUEUE, 1)).toHaveLength(1);
      expect(await queue.listDead('video.uploaded', 10)).toEqual([]);

      expect(await queue.redriveDead(QUEUE, [two?.id ?? '', 'no-such-letter'])).toBe(1);
      const again = await collect(await engine.another());
      await eventually(() => again.seen.length === 1);
      expect(again.seen[0]).toMatchObject({ piece: 'two', deliveryCount: 1 });
      expect((await queue.listDead(QUEUE, 10)).map((letter) => letter.reason)).toEqual(['cannot be read: one']);
      expect(await queue.redriveDead(QUEUE, [two?.id ?? ''])).toBe(0);
    });

    it('buries a message that was handed out `maxDeliveries` times', async () => {
      await queue.publish(message('poison'));
      const { seen } = await collect(queue, { maxDeliveries: 3 }, async () => {
        throw new Error('every time');
      });
      const letter = await eventually(async () => (await queue.listDead(QUEUE, 1))[0]);
      expect(letter.deliveryCount).toBe(3);
      expect(letter.reason).toBeTruthy();
      await pause(300);
      expect(seen.map((each) => each.deliveryCount)).toEqual([1, 2, 3]);
      await eventuallyCounts(isEmpty);
    });

    it('runs as many handlers at once as it was told, and no more', async () => {
      for (let i = 0; i < 9; i++) await queue.publish(message(`${i}`));
      let now = 0;
      let most = 0;
      const { seen } = await collect(queue, { concurrency: 3 }, async () => {
        most = Math.max(most, ++now);
        await pause(100);
        now--;
        return { kind: 'ack' };
      });
      await eventually(() => seen.length === 9);
      expect(most).toBe(3);
    });

    it('gives each message to one of many consumers', async () => {
      const clients = [queue, await engine.another(), await engine.another()];
      const collected = await Promise.all(clients.map((client) => collect(client, { concurrency: 2 })));
      await Promise.all(Array.from({ length: 60 }, (_, i) => queue.publish(message(`${i}`))));
      const all = () => collected.flatMap(({ seen }) => seen.map((each) => each.piece));
      await eventually(() => all().length >= 60);
      await eventuallyCounts(isEmpty);
      expect(all().sort()).toEqual(Array.from({ length: 60 }, (_, i) => `${i}`).sort());
    });

    it('keeps a message locked for as long as its handler runs', async () => {
      await queue.publish(message('long'));
      let aborted = false;
      const slow = await collect(queue, { visibilityMs: 1000 }, async (delivery) => {
        await pause(2600);
        aborted = delivery.signal.aborted;
        return { kind: 'ack' };
      });
      await eventually(() => slow.seen.length === 1);
      const thief = await collect(await engine.another(), { visibilityMs: 1000 });
      await eventuallyCounts(isEmpty);
      expect(thief.seen).toEqual([]);
      expect(slow.seen).toHaveLength(1);
      expect(aborted).toBe(false);
    });

    it('drains: finishes what is in hand, takes no more, and leaves the rest to others', async () => {
      for (const piece of ['a', 'b', 'c']) await queue.publish(message(piece));
      let finished = 0;
      const { seen, consumer } = await collect(queue, { concurrency: 1 }, async () => {
        await pause(200);
        finished++;
        return { kind: 'ack' };
      });
      await eventually(() => seen.length === 1);
      await Promise.all([consumer.drain(), consumer.drain()]);
      expect(finished).toBe(1);
      await queue.publish(message('d'));
      await pause(300);
      expect(seen).toHaveLength(1);
      const rest = await collect(await engine.another());
      await eventually(() => rest.seen.length === 3);
      expect(rest.seen.map((each) => each.piece).sort()).toEqual(['b', 'c', 'd']);
    });

    it('counts what is ready, in flight, delayed and dead', async () => {
      expect(await queue.stats(QUEUE)).toEqual({
        ready: 0,
        inFlight: 0,
        delayed: 0,
        dead: 0,
        oldestAgeMs: queue.features.knowsAge ? 0 : null,
      });
      await queue.publish(message('ready'));
      await queue.publish(message('ready too'));
      await queue.publish(message('delayed'), { delayMs: 60_000 });
      await eventuallyCounts(async () => {
        const { ready, delayed } = await queue.stats(QUEUE);
        return ready === 2 && delayed === 1;
      });
      await pause(100);
      const { oldestAgeMs } = await queue.stats(QUEUE);
      if (queue.features.knowsAge) {
        expect(oldestAgeMs).toBeGreaterThanOrEqual(90);
        expect(oldestAgeMs).toBeLessThan(10_000);
      } else {
        expect(oldestAgeMs).toBeNull();
      }
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await collect(queue, { concurrency: 1 }, async () => {
        await held;
        return { kind: 'ack' };
      });
      await eventuallyCounts(async () => {
        const { ready, inFlight, delayed } = await queue.stats(QUEUE);
        return ready === 1 && inFlight === 1 && delayed === 1;
      });
      release();
    });

    it('says that it is empty once nothing waits, is delayed or in hand, whatever is dead', async () => {
      await eventuallyCounts(isEmpty);
      const isFull = async () => !(await isEmpty());
      await queue.publish(message('delayed'), { delayMs: 2000 });
      await eventuallyCounts(isFull);
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const { seen } = await collect(queue, { concurrency: 1 }, async () => {
        await held;
        return { kind: 'dead', reason: 'tried' };
      });
      await eventually(() => seen.length === 1);
      await eventuallyCounts(isFull);
      release();
      await eventuallyCounts(isEmpty);
      expect((await queue.stats(QUEUE)).dead).toBe(1);
    });

    it('takes a body of the size it says, and refuses a larger one', async () => {
      const emptyBytes = Buffer.byteLength(JSON.stringify(message('')));
      const largest = message('x'.repeat(queue.features.maxBodyBytes - emptyBytes));
      await queue.publish(largest);
      await expectCode(queue.publish(message('x'.repeat(queue.features.maxBodyBytes))), 'MESSAGE_INVALID');
      const { seen } = await collect(queue);
      await eventually(() => seen.length === 1);
      expect(seen[0]?.body).toEqual(largest);
    });

    it('takes priorities, and where the engine says so hands over the higher first', async () => {
      for (const priority of [0, 9, 4, 0, 9]) await queue.publish(message(`${priority}`), { priority });
      const { seen } = await collect(queue, { concurrency: 1 });
      await eventually(() => seen.length === 5);
      const pieces = seen.map((each) => each.piece);
      if (queue.features.strictPriority) expect(pieces).toEqual(['9', '9', '4', '0', '0']);
      else expect(pieces.sort()).toEqual(['0', '0', '4', '9', '9']);
    });

    it('says BROKER_DOWN once it is closed', async () => {
      const client = await engine.another();
      await client.close();
      await expectCode(client.publish(message('x')), 'BROKER_DOWN');
      await expectCode(client.stats(QUEUE), 'BROKER_DOWN');
      await expectCode(client.isEmpty(QUEUE), 'BROKER_DOWN');
      await expectCode(
        client.consume(QUEUE, { concurrency: 1 }, async () => ({ kind: 'ack' })),
        'BROKER_DOWN',
      );
    });

    it('closes twice without complaint, after what is in hand', async () => {
      const client = await engine.another();
      await client.publish(message('in hand'));
      let finished = false;
      const { seen } = await collect(client, {}, async () => {
        await pause(200);
        finished = true;
        return { kind: 'ack' };
      });
      await eventually(() => seen.length === 1);
      await client.close();
      await client.close();
      expect(finished).toBe(true);
      await eventuallyCounts(isEmpty);
    });
  });
}
