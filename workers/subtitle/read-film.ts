import type { Cue } from '@marquee/core/cues';
import { cannotRead, writingOf } from '@marquee/core/ocr-language';
import { cleanCues } from '@marquee/core/webvtt';
import { pictureArgs } from '@marquee/media/ocr';
import type { TaskContext } from '../runtime/handler.ts';
import { pictureWords } from './ocr.ts';

type Context = TaskContext<'video.generate_subtitles'>;

/** Drawing means reading the film's file; recognising takes as long again or longer. */
const DRAWING_SHARE = 0.4;

/** The model and its pictures fill some hundred MB: a process reads one track at a time. */
let turn: Promise<unknown> = Promise.resolve();

/** Makes cues of a track that is pictures of words. @returns them, or a sentence that says why there are none */
export function readFilm(context: Context): Promise<Cue[] | string> {
  const { language, ocr } = context.task.payload.rendition;
  if (ocr === 'off')
    return Promise.resolve(
      'It is pictures of words, which are not read here (OCR is off). Upload it as an SRT, VTT or ASS file.',
    );
  if (writingOf(language) === null) return Promise.resolve(cannotRead(language));
  const mine = turn.then(() => read(context));
  turn = mine.catch(() => undefined);
  return mine;
}

async function read(context: Context): Promise<Cue[] | string> {
  const { config, log, objects, signal, progress } = context;
  const { payload } = context.task;
  signal.throwIfAborted();
  const cwd = await context.workDir();
  const input = await objects.toolInput(payload.sourceKey);
  const longestSec = payload.untilSec ?? config.limits.sourceSec;
  await context.tools.ffmpeg(pictureArgs(payload, input, longestSec), {
    signal,
    cwd,
    isPatient: true,
    durationSec: longestSec,
    onProgress: (share) => progress(share * DRAWING_SHARE),
  });
  const cues = await pictureWords(cwd, payload.rendition, {
    models: config.models,
    signal,
    onFetch: (sentence) => log.info(sentence),
    onProgress: (share) => progress(DRAWING_SHARE + share * (1 - DRAWING_SHARE)),
  });
  if (typeof cues === 'string') return cues;
  return cleanCues(cues, { zeroMs: payload.zeroSec * 1000, filmMs: Math.ceil(longestSec * 1000) });
}
