import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobId, TaskId } from '@marquee/core/ids';
import { newMessage } from '@marquee/core/messages';
import type { Logger, Queue } from '@marquee/core/ports';
import fc from 'fast-check';
import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rabbitmq as service } from '../../../scripts/services/rabbitmq.ts';
import type { RunningService } from '../../../scripts/services/service.ts';
import { nextWaitMs, rabbitNames, WAITS_MS } from '../src/rabbitmq-names.ts';
import { createRabbitQueue } from '../src/rabbitmq-queue.ts';
import type { Engine } from './engine.ts';
import { eventually, expectCode, pause } from './engine.ts';
import { describeQueueContract } from './queue-contract.ts';
import { describeWithService } from './service.ts';

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const TYPES = ['task.finished', 'video.uploaded'] as const;
const QUEUE = 'task.finished';
const message = (piece: string) => newMessage(QUEUE, { jobId: 'job' as JobId, taskId: piece as TaskId });

it('walks through any delay in few steps, and comes late by a tenth or 214 ms at most', () => {
  const delays = fc.integer({ min: 1, max: 12 * 3600 * 1000 });
  fc.assert(
    fc.property(delays, (delayMs) => {
      let waitedMs = 0;
      let steps = 0;
      for (; waitedMs < delayMs; steps++) waitedMs += nextWaitMs(delayMs - waitedMs, delayMs);
      expect(waitedMs - delayMs).toBeLessThanOrEqual(Math.max(150, delayMs / 10) + (WAITS_MS[0] as number));
      expect(steps).toBeLessThan(10 + delayMs / (WAITS_MS.at(-1) as number) + 3 * 9);
    }),
  );
});

describeWithService('RABBITMQ_URL', (url) => {
  const managementUrl = process.env.RABBITMQ_MANAGEMENT_URL ?? null;
  const isolated = async (
    more: { holdMs?: number; managementUrl?: string } = {},
    prefix = `test-${randomUUID()}`,
  ): Promise<Engine<Queue>> => {
    const clients: Queue[] = [];
    const another = async () => {
      const client = createRabbitQueue({ url, managementUrl, prefix, log: QUIET, types: TYPES, ...more });
      clients.push(client);
      return client;
    };
    const port = await another();
    await port.setup();
    return {
      port,
      another,
      async close() {
        await Promise.all(clients.map((client) => client.close()));
        const admin = new Connection(url);
        const names = rabbitNames(prefix);
        for (const type of TYPES) for (const { queue } of names.declarations(type)) await admin.queueDelete(queue);
        await admin.exchangeDelete({ exchange: names.waits });
        await admin.close();
      },
    };
  };
  describeQueueContract('RabbitMQ', isolated);

  describe('RabbitMQ', () => {
    it('hands over what is urgent before what was there first', async () => {
      const engine = await isolated();
      const seen: string[] = [];
      await engine.port.publish(message('ordinary'));
      await engine.port.publish(message('also ordinary'));
      await engine.port.publish(message('urgent'), { priority: 5 });
      const consumer = await engine.port.consume(QUEUE, { concurrency: 1 }, async ({ body }) => {
        seen.push((body as { payload: { taskId: string } }).payload.taskId);
        // Long enough for the lanes to be left and looked at afresh.
        await pause(60);
        return { kind: 'ack' };
      });
      await eventually(() => seen.length === 3);
      expect(seen[0]).toBe('urgent');
      await consumer.drain();
      await engine.close();
    });

    it('leaves to others what a busy consumer cannot run', async () => {
      const engine = await isolated();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let isBusy = false;
      await engine.port.consume(QUEUE, { concurrency: 1 }, async () => {
        isBusy = true;
        await held;
        return { kind: 'ack' };
      });
      await engine.port.publish(message('long'));
      await eventually(() => isBusy);
      for (const priority of [0, 9]) await engine.port.publish(message(`${priority}`), { priority });
      const others: number[] = [];
      await (await engine.another()).consume(QUEUE, { concurrency: 1 }, async ({ deliveryCount }) => {
        others.push(deliveryCount);
        return { kind: 'ack' };
      });
      await eventually(() => others.length === 2);
      release();
      await engine.close();
    });

    it('holds a message for longer than the broker would let it', async () => {
      const engine = await isolated({ holdMs: 300 });
      let runs = 0;
      await engine.port.consume(QUEUE, { concurrency: 1 }, async ({ signal }) => {
        if (runs++ === 0) await pause(1000);
        expect(signal.aborted).toBe(false);
        return { kind: 'ack' };
      });
      await engine.port.publish(message('long'));
      // Its copies come when it is over, as messages that were handed out twice do.
      await eventually(() => runs > 1);
      await untilNothingIsLeft(engine.port);
      await engine.close();
    });

    it('says what was never set up', async () => {
      const queue = createRabbitQueue({ url, managementUrl, prefix: `none-${randomUUID()}`, log: QUIET, types: TYPES });
      await expectCode(queue.check(), 'CONFIG_INVALID');
      await expect(queue.check()).rejects.toThrow('marquee setup');
      await expectCode(queue.publish(message('x')), 'CONFIG_INVALID');
      await expectCode(
        queue.consume(QUEUE, { concurrency: 1 }, async () => ({ kind: 'ack' })),
        'CONFIG_INVALID',
      );
      await queue.close();
    });

    it('is set up again without harm, and is found in order then', async () => {
      const engine = await isolated();
      await engine.port.publish(message('stays'));
      await engine.port.setup();
      await engine.port.check();
      expect((await engine.port.stats(QUEUE)).ready).toBe(1);
      await engine.close();
    });

    it('finds out in time that one of its queues has gone, and that it is back', async () => {
      const prefix = `test-${randomUUID()}`;
      const engine = await isolated({}, prefix);
      await engine.port.check();
      const queues = TYPES.flatMap((type) =>
        rabbitNames(prefix)
          .declarations(type)
          .map(({ queue }) => queue),
      );
      const admin = new Connection(url);
      await admin.queueDelete(queues.at(-1) as string);
      await admin.close();
      const codes = new Set<string>();
      for (const _ of queues) await engine.port.check().catch(({ code }) => codes.add(code));
      expect([...codes]).toEqual(['CONFIG_INVALID']);
      await expectCode(engine.port.check(), 'CONFIG_INVALID');
      await engine.port.setup();
      for (const _ of queues) await engine.port.check();
      await engine.close();
    });

    it('says that credentials are refused, and neither user nor password', async () => {
      const wrong = new URL(url);
      wrong.username = 'nobody';
      wrong.password = 'hunter2';
      const queue = createRabbitQueue({ url: wrong.href, managementUrl, prefix: 'x', log: QUIET, types: TYPES });
      await expectCode(queue.check(), 'CONFIG_INVALID');
      await expect(queue.check()).rejects.toThrow(/RABBITMQ_URL/);
      await expect(queue.check()).rejects.not.toThrow(/hunter2|nobody/);
      await queue.close();
    });

    it('says so when a virtual host is not there', async () => {
      const wrong = new URL(url);
      wrong.pathname = '/nowhere';
      const queue = createRabbitQueue({ url: wrong.href, managementUrl, prefix: 'x', log: QUIET, types: TYPES });
      await expectCode(queue.check(), 'CONFIG_INVALID');
      await queue.close();
    });

    it('says at once that a broker cannot be reached', async () => {
      const away = createRabbitQueue({
        url: `amqp://someone:hunter2@127.0.0.1:${await freePort()}`,
        managementUrl,
        prefix: 'x',
        log: QUIET,
        types: TYPES,
      });
      const startedAtMs = Date.now();
      await expectCode(away.check(), 'BROKER_DOWN');
      expect(Date.now() - startedAtMs).toBeLessThan(3000);
      await expect(away.publish(message('x'))).rejects.not.toThrow('hunter2');
      await away.close();
    });

    it('says that it does not know what is in hand when nobody can be asked', async () => {
      const engine = await isolated({ managementUrl: `http://127.0.0.1:${await freePort()}` });
      await engine.port.publish(message('ready'));
      expect(await engine.port.stats(QUEUE)).toMatchObject({ ready: 1, inFlight: null });
      await engine.close();
    });
  });

  describe('RabbitMQ that is stopped in the middle', () => {
    let folder: string;
    // Those beside it are the broker's too; above 32,768 they might be the end of somebody's connection.
    const port = 15_880;
    let server: RunningService;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'marquee-rabbitmq-'));
      server = await service.start({ folder, port });
    }, 60_000);
    afterAll(async () => {
      await server?.stop();
      await rm(folder, { recursive: true });
    }, 60_000);

    it('goes on by itself when the broker is back, and has lost nothing', { timeout: 90_000 }, async () => {
      const queue = createRabbitQueue({
        url: server.env.RABBITMQ_URL as string,
        managementUrl: server.env.RABBITMQ_MANAGEMENT_URL as string,
        prefix: 'x',
        log: QUIET,
        types: TYPES,
      });
      await queue.setup();
      const seen: string[] = [];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let lost = false;
      await queue.consume(QUEUE, { concurrency: 2 }, async ({ body, signal, deliveryCount }) => {
        const piece = (body as { payload: { taskId: string } }).payload.taskId;
        seen.push(piece);
        if (piece === 'in hand' && deliveryCount === 1) {
          await held;
          lost = signal.aborted;
        }
        return { kind: 'ack' };
      });
      await queue.publish(message('in hand'));
      await queue.publish(message('delayed'), { delayMs: 1000 });
      await eventually(() => seen.length === 1);

      await server.stop();
      const startedAtMs = Date.now();
      await expectCode(queue.publish(message('refused')), 'BROKER_DOWN');
      await expectCode(queue.stats(QUEUE), 'BROKER_DOWN');
      expect(Date.now() - startedAtMs).toBeLessThan(25_000);
      server = await service.start({ folder, port });
      await eventually(() => queue.publish(message('after')).then(Boolean.bind(null, true), () => false), 20_000);
      // The one in hand is handed out again while its first run still goes on.
      await eventually(() => ['after', 'delayed', 'in hand'].every((piece) => seen.slice(1).includes(piece)), 20_000);
      release();
      await eventually(() => lost);
      await untilNothingIsLeft(queue);
      await queue.close();
    });
  });
});

/** What is in hand is counted anew only after a while. */
async function untilNothingIsLeft(queue: Queue): Promise<void> {
  await eventually(
    async () => {
      const { ready, inFlight, delayed, dead } = await queue.stats(QUEUE);
      return ready + delayed + dead === 0 && inFlight === 0;
    },
    5000 + 2 * queue.features.statsLagMs,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
