import { createDiskObjects } from '@marquee/adapters/disk-objects';
import { createMongoStore } from '@marquee/adapters/mongo-store';
import { createRabbitQueue } from '@marquee/adapters/rabbitmq-queue';
import type { Logger } from '@marquee/core/ports';

/** What a member of the fleet is told when it starts; addresses hold passwords, so they travel as a message. */
export interface MemberTask {
  role: 'orchestrator' | 'worker' | 'bullmq';
  folder: string;
  /** Of queues, and of the database: each run has its own. */
  name: string;
  servers: Record<string, string>;
  tasksPerJob: number;
  jobs: number;
  openWindow: number;
  /** Tasks in hand at once. */
  concurrency: number;
}

/** How often each method of a port was called. */
export type Calls = Record<string, number>;
export type FromMember = { kind: 'ready' } | { kind: 'ended'; calls: Calls } | { kind: 'done'; atMs: number };

const warn = (level: string) => (text: string, context?: object) =>
  void process.stderr.write(`${level}: ${text} ${context ? JSON.stringify(context) : ''}\n`);
export const LOG: Logger = { debug() {}, info() {}, warn: warn('warn'), error: warn('error') };

/** The engines of one run, as every member and the one who submits open them. */
export function openRun(task: Pick<MemberTask, 'servers' | 'name' | 'folder'>, log: Logger = LOG) {
  const { servers, name, folder } = task;
  const queue = createRabbitQueue({
    url: servers.RABBITMQ_URL as string,
    managementUrl: servers.RABBITMQ_MANAGEMENT_URL ?? null,
    prefix: name,
    log,
    types: ['video.uploaded', 'task.finished', 'video.inspect', 'video.generate_subtitles', 'video.package'],
  });
  const store = createMongoStore({ url: servers.MONGODB_URL as string, database: name, log });
  const objects = createDiskObjects({ root: `${folder}/objects`, publicPath: '/objects', secret: 'none' });
  return { queue, store, objects };
}

/** Counts the calls of a port's methods, of the repositories in it too. */
export function counted<P extends object>(port: P, path: string, calls: Calls): P {
  return new Proxy(port, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver) as unknown;
      const method = `${path}.${String(name)}`;
      if (typeof value === 'function') {
        return (...values: unknown[]) => {
          calls[method] = (calls[method] ?? 0) + 1;
          return (value as (...values: unknown[]) => unknown).apply(target, values);
        };
      }
      return typeof value === 'object' && value !== null ? counted(value, method, calls) : value;
    },
  });
}
