// Started by speech.test.ts: has sound heard again and again, in a process of its own, and wants none of it at any moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { inThread } from '../runtime/in-thread.ts';
import type { SpeechOrder } from '../subtitle/speech-thread.ts';

const TIMES = 8;

const [file, ...models] = process.argv.slice(2) as [string, ...string[]];
const windows = Array.from({ length: 60 }, (_, i) => ({ startMs: 50 * i, endMs: 50 * i + 50, pauses: [] }));
const order: SpeechOrder = { kind: 'transcribe', file, models, size: 'tiny', windows };
for (let i = 0; i < TIMES; i++) {
  const stop = new AbortController();
  const reason = new Error('Not wanted any more.');
  const script = new URL('../subtitle/speech-thread.ts', import.meta.url);
  const heard = inThread(script, order, stop.signal, () => {}).catch((error: unknown) => error);
  await sleep(40 * i);
  stop.abort(reason);
  if ((await heard) !== reason) throw new Error('It was not ended.');
}
