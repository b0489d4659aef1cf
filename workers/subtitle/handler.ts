import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cue } from '@marquee/core/cues';
import { isMarqueeError, MarqueeError, outcomeOf } from '@marquee/core/errors';
import type { SubtitlesResult } from '@marquee/core/job';
import type { SubtitleRendition } from '@marquee/core/plan';
import { cleanCues, EMPTY_SEGMENT, vttSegments, writeVtt } from '@marquee/core/webvtt';
import { EMPTY_NAME, TRACK_NAME, vttSegmentName } from '@marquee/media/hls';
import { readTrack, subtitleArgs, TRACK_FILE } from '@marquee/media/subtitles';
import { giftFault } from '../runtime/gift-fault.ts';
import { defineHandler, type TaskContext } from '../runtime/handler.ts';
import { hearingFault, modelFault } from '../runtime/model-fault.ts';
import { serviceFault } from '../runtime/service-fault.ts';
import { dubFilm } from './dub-film.ts';
import { hearFilm } from './hear-film.ts';
import { readFilm } from './read-film.ts';
import { translateFilm } from './translate-film.ts';

type Context = TaskContext<'video.generate_subtitles'>;

/** A text track is some 100 kB for two hours; drawings and fonts in disguise are more. */
const MAX_TRACK_BYTES = 20 * 1024 ** 2;
/** Objects that are stored at once. */
const AT_ONCE = 16;
/** Runs that a tool may fail at a track before the film goes on without it. */
const TOOL_TRIES = 2;

/**
 * Makes clean WebVTT of one text track, of one of pictures, of what is heard, or of a translation; or the sound of a dub. A track that cannot be made is left out,
 * with a sentence: the film goes on.
 */
export const subtitles = defineHandler({
  type: 'video.generate_subtitles',
  async run(context) {
    const { payload } = context.task;
    if (payload.dub !== undefined) return dub(context);
    const { make, faultOf } = makerOf(payload.rendition);
    let cues: Cue[] | string;
    try {
      cues = await make(context);
    } catch (thrown) {
      const sentence = faultOf(thrown, context);
      if (sentence === null) throw thrown;
      return leftOut(sentence);
    }
    if (typeof cues === 'string') return leftOut(cues);
    if (cues.length === 0) return leftOut('It holds no words.');
    return publish(context, cues, (payload.segmentFrames * payload.fps.den * 1000) / payload.fps.num);
  },
});

/** A dub is a gift as well: whatever keeps it from being made, the film is none the worse. */
async function dub(context: Context): Promise<SubtitlesResult> {
  try {
    const made = await dubFilm(context);
    return typeof made === 'string' ? leftOut(made) : made;
  } catch (thrown) {
    const sentence = serviceFault(thrown, context) ?? giftFault(thrown, context);
    if (sentence === null) throw thrown;
    return leftOut(sentence);
  }
}

/** What makes a track's cues, and what is said of the track where that fails. */
function makerOf({ automatic, ocr, translated }: SubtitleRendition) {
  if (translated) return { make: translateFilm, faultOf: serviceFault };
  if (automatic === 'provider') return { make: hearFilm, faultOf: hearingFault };
  if (automatic !== undefined) return { make: hearFilm, faultOf: modelFault };
  return ocr === undefined ? { make: readCues, faultOf: ownFault } : { make: readFilm, faultOf: modelFault };
}

async function readCues(context: Context): Promise<Cue[]> {
  const { payload } = context.task;
  const { uploadKey } = payload.rendition;
  if (uploadKey !== undefined) return readUpload(context, uploadKey);
  const cwd = await context.workDir();
  const input = await context.objects.toolInput(payload.sourceKey);
  await context.tools.ffmpeg(subtitleArgs(payload, input), { signal: context.signal, cwd, isPatient: true });
  const file = join(cwd, TRACK_FILE);
  // A track without a packet may leave no file at all.
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size === 0) return [];
  if (size > MAX_TRACK_BYTES) {
    const mebibytes = Math.round(size / 1024 ** 2);
    throw new MarqueeError('INPUT_UNSUPPORTED', `Its text has ${mebibytes} MiB, which is no subtitles.`);
  }
  return cleanCues(readTrack(await readFile(file), payload.rendition), {
    zeroMs: payload.zeroSec * 1000,
    filmMs: Math.ceil((payload.untilSec ?? context.config.limits.sourceSec) * 1000),
  });
}

/** What was uploaded is clean, and on the film's own clock. It may have been removed since the film was planned. */
async function readUpload(context: Context, key: string): Promise<Cue[]> {
  if (!(await context.objects.head(key)))
    throw new MarqueeError('INPUT_UNREADABLE', 'It was removed, or replaced, while the film was made.');
  const parts: Uint8Array[] = [];
  for await (const part of (await context.objects.get(key)).body) parts.push(part);
  return readTrack(Buffer.concat(parts), context.task.payload.rendition);
}

/** @returns what is wrong with the track itself, or null if the failure is none of its own */
function ownFault(thrown: unknown, { task, signal }: Context): string | null {
  if (signal.aborted || !isMarqueeError(thrown)) return null;
  if (thrown.code === 'OBJECT_MISSING' || thrown.code === 'CONFIG_INVALID') return null;
  const isTools = thrown.code === 'TOOL_TIMEOUT' || thrown.code === 'TOOL_KILLED';
  if (outcomeOf(thrown.code) !== 'permanent' && !(isTools && task.attempts + 1 >= TOOL_TRIES)) return null;
  return thrown.message;
}

function leftOut(sentence: string): SubtitlesResult {
  return { leftOut: sentence, cues: 0, sizeBytes: 0, segments: [] };
}

async function publish(context: Context, cues: Cue[], segmentMs: number): Promise<SubtitlesResult> {
  const { payload } = context.task;
  const folder = `${payload.outputPrefix}subtitles/${payload.rendition.name}/`;
  const whole = writeVtt(cues);
  const segments = vttSegments(cues, segmentMs);
  const texts: [name: string, text: string][] = [
    [TRACK_NAME, whole],
    [EMPTY_NAME, EMPTY_SEGMENT],
    ...[...segments].map(([n, text]): [string, string] => [vttSegmentName(n), text]),
  ];
  for (let i = 0; i < texts.length; i += AT_ONCE) {
    const stored = texts.slice(i, i + AT_ONCE).map(([name, text]) =>
      context.objects.put(`${folder}${name}`, Buffer.from(text), {
        contentType: 'text/vtt',
        signal: context.signal,
      }),
    );
    // Waited for also when one fails: nothing may still be written when a task has ended.
    for (const end of await Promise.allSettled(stored)) if (end.status === 'rejected') throw end.reason;
    context.progress(Math.min(1, (i + AT_ONCE) / texts.length));
  }
  return {
    leftOut: null,
    cues: cues.length,
    sizeBytes: Buffer.byteLength(whole),
    segments: [...segments].map(([n, text]) => [n, Buffer.byteLength(text)]),
  };
}
