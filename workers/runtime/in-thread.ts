import { parentPort, Worker } from 'node:worker_threads';
import { MarqueeError } from '@marquee/core/errors';

/** What a thread tells of its work. */
export type ThreadNews<A> = { kind: 'progress'; share: number } | { kind: 'done'; answer: A };

/**
 * Asks a thread to end itself, by `endWhenAsked` or as that does. `terminate` may hit it in the middle of native code:
 * onnxruntime then throws where nobody catches, which ends the whole process.
 */
export const END = 'end';

/** Ends this thread, between two steps of its work, once it is sent `END`. */
export function endWhenAsked(): void {
  parentPort?.once('message', () => process.exit());
  // Being asked is no work of its own.
  parentPort?.unref();
}

/**
 * Has a thread of its own do something that takes long, and ends it when it is not wanted any more.
 *
 * @param script of the thread: it gets `order` as its `workerData`, posts `ThreadNews`, and calls `endWhenAsked`
 * @throws MarqueeError INPUT_UNSUPPORTED if it fails, and the signal's reason
 */
export function inThread<A>(
  script: URL,
  order: object,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<A> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { workerData: order });
    const onAbort = () => thread.postMessage(END);
    signal.addEventListener('abort', onAbort, { once: true });
    let done: { answer: A } | null = null;
    let fault: unknown = null;
    thread.on('message', (news: ThreadNews<A>) => {
      if (news.kind === 'done') done = news;
      else onProgress(news.share);
    });
    thread.on('error', (error) => {
      fault = error;
    });
    thread.on('exit', () => {
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) reject(signal.reason);
      else if (done !== null) resolve(done.answer);
      else reject(cannotRun(fault));
    });
  });
}

function cannotRun(cause: unknown): MarqueeError {
  const why = cause instanceof Error ? cause.message : 'it ended without a word';
  return new MarqueeError('INPUT_UNSUPPORTED', `The recogniser does not run on this machine (${why}).`, { cause });
}
