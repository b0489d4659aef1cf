import { join } from 'node:path';
import type { JobId, TaskId } from '@marquee/core/ids';
import type { Message } from '@marquee/core/messages';
import { createDiskObjects } from '../src/disk-objects.ts';
import { createSqliteQueue } from '../src/sqlite-queue.ts';
import { createSqliteStore } from '../src/sqlite-store.ts';

/** A process of its own, for the tests of several: `node process-child.ts ROLE FOLDER`. Speaks by `process.send`. */
const [, , role, folder = ''] = process.argv;

const roles: Record<string, () => Promise<void>> = {
  /** Consumes, telling of each message when it is about to be acknowledged. */
  async consume() {
    const queue = createSqliteQueue({ file: join(folder, 'queue.db') });
    await queue.setup();
    tell('ready');
    await queue.consume('task.finished', { concurrency: 4, visibilityMs: 30_000 }, async (delivery) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      tell((delivery.body as Message<'task.finished'>).payload.taskId);
      return { kind: 'ack' };
    });
  },

  /** Waits for the word, then tries to claim each of the tasks. */
  async claim() {
    const store = createSqliteStore({ file: join(folder, 'store.db') });
    await store.setup();
    tell('ready');
    process.once('message', async (ids: TaskId[]) => {
      const won: string[] = [];
      for (const id of ids) {
        const claim = await store.tasks.claim(id, { holder: `${process.pid}`, leaseMs: 60_000, nowMs: Date.now() });
        if ('task' in claim) won.push(id);
      }
      tell(`won ${won.join(' ')}`);
    });
  },

  /** Changes one job for ever, telling each version that was accepted. */
  async update() {
    const store = createSqliteStore({ file: join(folder, 'store.db') });
    for (let version = (await store.jobs.get('job' as JobId))?.version ?? 0; ; version++) {
      const fileName = `${version + 1}`.repeat(2000);
      if (!(await store.jobs.update('job' as JobId, version, { fileName }))) throw new Error('nobody else writes');
      tell(`${version + 1}`);
      if (version % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  },

  /** Replaces one object for ever, each time with bytes of another value. */
  async put() {
    const objects = createDiskObjects({ root: folder, publicPath: '/objects', secret: 's' });
    await objects.setup();
    tell('ready');
    for (let value = 1; ; value = (value % 255) + 1) {
      const blocks = async function* () {
        for (let i = 0; i < 20; i++) {
          yield Buffer.alloc(50_000, value);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await objects.put('a/x', blocks(), { contentType: value % 2 ? 'video/odd' : 'video/even' });
    }
  },
};

function tell(what: string): void {
  process.send?.(what);
}

await roles[role ?? '']?.();
