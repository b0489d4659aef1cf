import { Worker } from 'node:worker_threads';
import type { Config } from '@marquee/core/config';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { Embedder } from '@marquee/core/meaning';
import { END } from '../runtime/in-thread.ts';
import { modelFiles } from '../runtime/models.ts';
import type { EmbedAnswer, EmbedOrder } from './embed-thread.ts';

/** After the model could not be had, nobody is kept waiting for it again for this long. */
const PAUSE_MS = 5 * 60_000;

/**
 * The model of meanings in a thread of its own, which is started, and the model fetched, when it is first asked.
 * English: of other languages it knows next to nothing.
 */
export function createEmbedder(models: Config['models']): Embedder {
  let running: Promise<{
    thread: Worker;
    waiting: Map<number, (answer: EmbedAnswer) => void>;
    ended: Promise<void>;
  }> | null = null;
  let asked = 0;
  const closing = new AbortController();

  async function start() {
    const files = await modelFiles('meaning', models, { signal: closing.signal });
    const thread = new Worker(new URL('./embed-thread.ts', import.meta.url), { workerData: files });
    const waiting = new Map<number, (answer: EmbedAnswer) => void>();
    thread.unref();
    thread.on('message', (answer: EmbedAnswer) => waiting.get(answer.id)?.(answer));
    const end = (failed: string) => {
      running = null;
      for (const [id, tell] of waiting) tell({ id, failed });
    };
    thread.once('error', (error) => end(error.message));
    const ended = new Promise<void>((resolve) => {
      thread.once('exit', () => {
        end('its thread ended');
        resolve();
      });
    });
    return { thread, waiting, ended };
  }

  function started(): NonNullable<typeof running> {
    if (running === null) {
      const starting = start();
      running = starting;
      starting.catch(() => {
        setTimeout(() => {
          if (running === starting) running = null;
        }, PAUSE_MS).unref();
      });
    }
    return running;
  }

  return {
    languages: ['en'],
    async embed(texts, signal) {
      closing.signal.throwIfAborted();
      const { thread, waiting } = await started();
      const id = ++asked;
      // What is waited for keeps the process; the thread alone does not.
      thread.ref();
      const answer = await new Promise<EmbedAnswer>((resolve, reject) => {
        const stop = () => reject(signal.reason);
        signal.addEventListener('abort', stop, { once: true });
        waiting.set(id, (told) => {
          signal.removeEventListener('abort', stop);
          resolve(told);
        });
        thread.postMessage({ id, texts } satisfies EmbedOrder);
      }).finally(() => {
        waiting.delete(id);
        if (waiting.size === 0) thread.unref();
      });
      if ('failed' in answer) throw new MarqueeError('MODELS_DOWN', `The model of meanings failed: ${answer.failed}.`);
      return answer.meanings;
    },
    async close() {
      closing.abort(new MarqueeError('MODELS_DOWN', 'The model of meanings was closed.'));
      const standing = await running?.catch((error: unknown) => {
        if (!isMarqueeError(error)) throw error;
      });
      running = null;
      if (!standing) return;
      standing.thread.ref();
      standing.thread.postMessage(END);
      await standing.ended;
    },
  };
}
