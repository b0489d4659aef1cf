import { join } from 'node:path';
import type { Cue } from '@marquee/core/cues';
import { SPEECH_FILE, speechArgs } from '@marquee/media/speech';
import type { TaskContext } from '../runtime/handler.ts';
import { hearOutside } from './hear-outside.ts';
import { hearCues } from './speech.ts';

type Context = TaskContext<'video.generate_subtitles'>;

/** Decoding is the shorter part. */
const DECODING_SHARE = 0.2;

/** The models fill some hundred MB: a process listens to one film at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Makes cues of what is said in a film. @returns them, or a sentence that says why there are none */
export function hearFilm(context: Context): Promise<Cue[] | string> {
  // What is asked outside fills no memory here.
  if (context.task.payload.rendition.automatic === 'provider') return hear(context);
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
  const options = {
    models: config.models,
    signal,
    onFetch: (sentence: string) => log.info(sentence),
    onProgress: (share: number) => progress(DECODING_SHARE + share * (1 - DECODING_SHARE)),
  };
  if (automatic === 'provider') return hearOutside(context, cwd, options);
  return hearCues(join(cwd, SPEECH_FILE), { ...options, size: automatic });
}
