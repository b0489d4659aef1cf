import { open } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { partsOf, type SpeechWindow, soundOf, voiceMs } from '@marquee/core/speech-windows';
import { endWhenAsked, type ThreadNews } from '../runtime/in-thread.ts';
import type { SpeechModel } from '../runtime/models.ts';
import type { Transcript } from './moonshine.ts';
import { FRAME_MS, listen, readSamples } from './voice.ts';

/** What a thread is asked to do with a file of samples, and with which model's files. */
export type SpeechOrder =
  | { kind: 'listen'; file: string; models: string[] }
  | { kind: 'transcribe'; file: string; models: string[]; size: SpeechModel; windows: SpeechWindow[] };

/**
 * What was heard in a window, and again in its parts where it has several: those say what was said when. The longest is
 * not heard again, since what is left must be its words: half of the work.
 */
export interface HeardWindow extends Transcript {
  parts: { window: SpeechWindow; text: string | null }[];
}

export interface SpeechAnswers {
  listen: { likelihoods: Float32Array; frameMs: number };
  transcribe: HeardWindow[];
}

const SAMPLES_A_MS = 16;
const PATIENT_NICENESS = 10;

endWhenAsked();
const order = workerData as SpeechOrder;
// On Linux the call means this thread, which nobody waits for; elsewhere it would mean the whole process.
if (process.platform === 'linux') setPriority(PATIENT_NICENESS);
const ort = await import('onnxruntime-node');
const sessions = await Promise.all(
  // One thread: what else runs on the machine is more urgent.
  order.models.map((path) => ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 })),
);
const file = await open(order.file);
const tell = (news: ThreadNews<SpeechAnswers[SpeechOrder['kind']]>) => parentPort?.postMessage(news);
try {
  const answer = order.kind === 'listen' ? await listenTo() : await transcribeAll(order.windows, order.size);
  tell({ kind: 'done', answer });
} finally {
  await file.close();
  for (const session of sessions) await session.release();
}

async function listenTo(): Promise<SpeechAnswers['listen']> {
  const { size } = await file.stat();
  const [voice] = sessions as [(typeof sessions)[0] & object];
  const onRead = (bytes: number) => tell({ kind: 'progress', share: Math.min(1, bytes / Math.max(1, size)) });
  return { likelihoods: await listen(ort, voice, file, onRead), frameMs: FRAME_MS };
}

async function transcribeAll(windows: SpeechWindow[], size: SpeechModel): Promise<SpeechAnswers['transcribe']> {
  const { transcribe } = await import('./moonshine.ts');
  const [encoder, decoder] = sessions as [(typeof sessions)[0] & object, (typeof sessions)[0] & object];
  const model = { size, encoder, decoder };
  const hear = async (i: number, all: SpeechWindow[], around: { fromMs: number; toMs: number }) => {
    const { fromMs, toMs } = soundOf(all, i, around);
    const samples = await readSamples(file, fromMs * SAMPLES_A_MS, (toMs - fromMs) * SAMPLES_A_MS);
    return transcribe(ort, model, samples);
  };
  const heard: HeardWindow[] = [];
  for (const [i, window] of windows.entries()) {
    const whole = await hear(i, windows, { fromMs: 0, toMs: Number.POSITIVE_INFINITY });
    const parts = partsOf(window);
    const around = { fromMs: windows[i - 1]?.endMs ?? 0, toMs: windows[i + 1]?.startMs ?? Number.POSITIVE_INFINITY };
    const longest = parts.reduce((best, part) => (voiceMs(part) > voiceMs(best) ? part : best));
    const texts: (string | null)[] = [];
    for (const [n, part] of parts.entries())
      texts.push(part === longest || whole.text === '' ? null : (await hear(n, parts, around)).text);
    heard.push({ ...whole, parts: parts.map((part, n) => ({ window: part, text: texts[n] ?? null })) });
    tell({ kind: 'progress', share: (i + 1) / windows.length });
  }
  return heard;
}
