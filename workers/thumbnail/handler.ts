import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import type { Payload } from '@marquee/core/messages';
import { type Rung, sheetName } from '@marquee/core/plan';
import { readSegment, writeSegment } from '@marquee/media/cmaf';
import { segmentName } from '@marquee/media/hls';
import { choosePosters, GREY_FPS, type GreyFrame } from '@marquee/media/posters';
import {
  FRAMES_FILE,
  greyArgs,
  greyFrames,
  POSTER_PATTERN,
  posterArgs,
  SHEET_FILE,
  sheetArgs,
} from '@marquee/media/thumbnail-args';
import { defineHandler, type TaskContext } from '../runtime/handler.ts';

type Context = TaskContext<'video.generate_thumbnails'>;
type Work<K extends string> = Extract<Payload<'video.generate_thumbnails'>['work'], { kind: K }>;

/** Makes storyboard sheets and poster candidates from segments that stand already, never from the source. */
export const thumbnails = defineHandler({
  type: 'video.generate_thumbnails',
  async run(context) {
    const { work } = context.task.payload;
    return work.kind === 'storyboard' ? makeSheet(context, work) : makePosters(context, work);
  },
});

async function makeSheet(context: Context, work: Work<'storyboard'>) {
  const { payload } = context.task;
  const rung = payload.rungs.at(-1) as Rung;
  const segments = [...new Set(work.frames.map((frame) => Math.floor(frame / payload.segmentFrames)))];
  // Of each segment no more is decoded than up to its last wanted frame.
  const lengths = segments.map((segment) => {
    const inSegment = work.frames.filter((frame) => Math.floor(frame / payload.segmentFrames) === segment);
    return ((inSegment.at(-1) as number) % payload.segmentFrames) + 1;
  });
  const counts = await writeFrames(context, rung, segments, (i) => lengths[i] as number);
  // Numbers of the wanted frames among those written.
  const starts = counts.map((_, i) => counts.slice(0, i).reduce((sum, count) => sum + count, 0));
  const wanted = work.frames.map((frame) => {
    const at = segments.indexOf(Math.floor(frame / payload.segmentFrames));
    return (starts[at] as number) + (frame % payload.segmentFrames);
  });
  await context.tools.ffmpeg(sheetArgs(work.storyboard, wanted), {
    signal: context.signal,
    cwd: await context.workDir(),
  });
  const sheet = await readFile(join(await context.workDir(), SHEET_FILE));
  await context.objects.put(`${payload.outputPrefix}storyboard/${sheetName(work.sheet)}`, sheet, {
    contentType: 'image/jpeg',
    signal: context.signal,
  });
  return { kind: 'storyboard' as const, sheet: work.sheet, tiles: work.frames.length, sizeBytes: sheet.length };
}

async function makePosters(context: Context, work: Work<'posters'>) {
  const { payload, jobId } = context.task;
  const fps = payload.fps.num / payload.fps.den;
  const stepFrames = Math.max(1, Math.round(fps / GREY_FPS));
  const small = payload.rungs.at(-1) as Rung;
  // The start of a passage is enough to judge it, and spares decoding the rest.
  const lookFrames = Math.min(payload.segmentFrames, Math.ceil(LOOK_SEC * fps) + 1);
  const runFrames = Math.min(payload.segmentFrames, lookFrames + REORDER_FRAMES);
  const counts = await writeFrames(context, small, work.segments, () => lookFrames);
  const { stdout } = await context.tools.ffmpeg(greyArgs(stepFrames, runFrames), {
    signal: context.signal,
    cwd: await context.workDir(),
  });
  const pictures = greyFrames(stdout);
  const perSegment = Math.ceil(runFrames / stepFrames);
  const passages = work.segments.map((segment, i): GreyFrame[] =>
    pictures
      .slice(i * perSegment, i * perSegment + Math.ceil(Math.min(lookFrames, counts[i] ?? 0) / stepFrames))
      .map((pixels, n) => ({ atSec: (segment * payload.segmentFrames + n * stepFrames) / fps, pixels })),
  );
  const chosen = choosePosters(passages, work.count);
  if (chosen.length === 0)
    throw new MarqueeError('OUTPUT_INVALID', 'No still could be taken from the film. Retry this part.', {
      context: { jobId },
    });

  // In film order, so that one decode gives them all.
  const frames = chosen.map((each) => Math.round(each.atSec * fps)).sort((a, b) => a - b);
  const segments = frames.map((frame) => Math.floor(frame / payload.segmentFrames));
  const top = payload.rungs[0] as Rung;
  const lengths = frames.map((frame) => (frame % payload.segmentFrames) + 1);
  const written = await writeFrames(context, top, segments, (i) => lengths[i] as number);
  let before = 0;
  const wanted = frames.map((frame, i) => {
    const number = before + (frame % payload.segmentFrames);
    before += written[i] as number;
    return number;
  });
  await context.tools.ffmpeg(posterArgs(wanted), { signal: context.signal, cwd: await context.workDir() });
  const files = (await readdir(await context.workDir())).filter((name) => POSTER_PATTERN.test(name)).sort();
  const posters = [];
  for (const [rank, candidate] of chosen.entries()) {
    const file = files[frames.indexOf(Math.round(candidate.atSec * fps))];
    if (!file)
      throw new MarqueeError('OUTPUT_INVALID', 'A still that was chosen could not be taken. Retry this part.', {
        context: { jobId },
      });
    const key = `${payload.outputPrefix}posters/${rank}.jpg`;
    await context.objects.put(key, await readFile(join(await context.workDir(), file)), {
      contentType: 'image/jpeg',
      signal: context.signal,
    });
    posters.push({ key, atSec: candidate.atSec, score: candidate.score, widthPx: top.widthPx, heightPx: top.heightPx });
  }
  return { kind: 'posters' as const, posters };
}

/**
 * Writes frames of some segments one after another into a file that decodes on its own, their clock made
 * contiguous.
 *
 * @param lengthOf how many frames are wanted from the start of a segment; a few more are written, because
 *                 pictures are stored in decoding order
 * @returns frames written for each segment
 */
async function writeFrames(
  context: Context,
  rung: Rung,
  segments: number[],
  lengthOf: (i: number) => number,
): Promise<number[]> {
  const { payload } = context.task;
  const folder = `${payload.outputPrefix}video/${rung.name}/`;
  const parts: Uint8Array[] = [await read(context, `${folder}init.mp4`)];
  const counts: number[] = [];
  let ticks = 0;
  for (const [i, segment] of segments.entries()) {
    context.signal.throwIfAborted();
    const samples = readSegment(await read(context, `${folder}${segmentName(segment)}`));
    const wanted = lengthOf(i);
    // A lone keyframe needs no others; a run needs those decoded before its last.
    const taken = samples.slice(0, wanted === 1 ? 1 : wanted + REORDER_FRAMES);
    parts.push(writeSegment(i + 1, ticks, taken).bytes);
    ticks += taken.reduce((sum, sample) => sum + sample.durationTicks, 0);
    counts.push(taken.length);
    context.progress((0.5 * (i + 1)) / segments.length);
  }
  await writeFile(join(await context.workDir(), FRAMES_FILE), Buffer.concat(parts));
  return counts;
}

/** Seconds of each passage that are looked at for posters: three candidates, and a neighbour on either side. */
const LOOK_SEC = 1;

/** x264 reorders by at most this many pictures with our settings, with room to spare. */
const REORDER_FRAMES = 8;

async function read(context: Context, key: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await context.objects.get(key)).body) parts.push(part);
  return Buffer.concat(parts);
}
