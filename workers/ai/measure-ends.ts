import { setImmediate as breathe } from 'node:timers/promises';
import type { CardSample } from '@marquee/core/card-runs';
import type { FilmEnds } from '@marquee/core/film-ends';
import { type Rung, segmentSecOf } from '@marquee/core/plan';
import { type CardLook, compareCards, lookAtCard } from '@marquee/media/card-look';
import { cardFrameArgs, cardFrames, PRINT_MUXER, printArgs } from '@marquee/media/end-args';
import { SOUND_FILE } from '@marquee/media/loudness';
import { PICTURE_FILE } from '@marquee/media/shot-args';
import type { Stream } from '@marquee/media/stream';
import type { TaskContext } from '../runtime/handler.ts';
import { writeTrack } from './published-film.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** How much of each end is looked at: of a long film so many seconds, of a short one a share. */
const OPENING = { mostSec: 300, share: 0.5 };
const ENDING = { mostSec: 900, share: 0.5 };
/** How much is listened to: episodes open with a scene, and their titles come after it. */
const HEARD = { mostSec: 600, share: 0.5 };
const SAMPLES_A_SEC = 2;
/** Letters of credits are lost in less; of the rungs that have it the smallest is taken. */
const LEAST_PX = 240;
const SEGMENTS_A_RUN = 16;

/** Looks for letters on a plain ground in the first and the last minutes. */
export async function lookAtEnds(
  context: Context,
  stream: Stream,
  durationSec: number,
): Promise<{ opening: CardSample[]; ending: CardSample[] }> {
  const { plan } = context.task.payload;
  const rung = plan.rungs.findLast(({ nominalPx }) => nominalPx >= LEAST_PX) ?? (plan.rungs.at(-1) as Rung);
  const segments = stream.video.get(rung.name)?.segments.length ?? 0;
  const segmentSec = segmentSecOf(plan);
  const opening = Math.min(segments, Math.ceil(lengthOf(OPENING, durationSec) / segmentSec));
  const ending = Math.max(0, segments - Math.ceil(lengthOf(ENDING, durationSec) / segmentSec));
  const all = opening + segments - ending;
  const look = async (from: number, to: number, before: number) => {
    const samples: CardSample[] = [];
    let last: CardLook | null = null;
    for (let at = from; at < to; at += SEGMENTS_A_RUN) {
      const end = Math.min(to, at + SEGMENTS_A_RUN);
      for (const { atSec, pixels } of await frames(context, { rung: rung.name, from: at, to: end })) {
        const now = lookAtCard(pixels);
        const isCard = now.looks === 'card';
        const change = isCard && last?.looks === 'card' ? compareCards(last, now) : { moved: 0, isNew: isCard };
        samples.push({ atSec, looks: now.looks, ...change });
        last = now;
      }
      await breathe();
      context.progress((0.8 * (before + end - from)) / all);
    }
    return samples;
  };
  return { opening: await look(0, opening, 0), ending: await look(ending, segments, opening) };
}

async function frames(context: Context, track: { rung: string; from: number; to: number }) {
  const { fps, segmentFrames } = context.task.payload.plan;
  const rate = fps.num / fps.den;
  const everyFrames = Math.max(1, Math.round(rate / SAMPLES_A_SEC));
  await writeTrack(context, { ...track, folder: `video/${track.rung}/` }, PICTURE_FILE);
  const { stdout } = await context.tools.ffmpeg(cardFrameArgs(everyFrames), {
    signal: context.signal,
    cwd: await context.workDir(),
    isPatient: true,
  });
  return cardFrames(stdout).map((pixels, i) => ({
    atSec: (track.from * segmentFrames + i * everyFrames) / rate,
    pixels,
  }));
}

/** Prints the sound of both ends; null where there is none, or where this ffmpeg cannot. */
export async function printEnds(
  context: Context,
  stream: Stream,
  durationSec: number,
): Promise<Pick<FilmEnds, 'opening' | 'ending'>> {
  const { audio } = context.task.payload.plan;
  const rendition = audio.find((each) => each.default && each.channels === 2) ?? audio[0];
  const track = rendition && stream.audio.get(rendition.name);
  if (!track) return { opening: null, ending: null };
  if (!(await context.tools.hasMuxer(PRINT_MUXER))) {
    context.log.warn('this ffmpeg has no chromaprint: what episodes share is not found');
    return { opening: null, ending: null };
  }
  const starts = [0];
  for (const { durationTicks } of track.segments)
    starts.push((starts.at(-1) as number) + durationTicks / track.timescale);
  const count = track.segments.length;
  const lengthSec = lengthOf(HEARD, durationSec);
  const print = async (from: number, to: number) => {
    await writeTrack(context, { folder: `audio/${rendition.name}/`, from, to }, SOUND_FILE);
    const { stdout } = await context.tools.ffmpeg(printArgs(), {
      signal: context.signal,
      cwd: await context.workDir(),
      isPatient: true,
    });
    return { startSec: starts[from] as number, print: stdout.toString('base64') };
  };
  const firstEnd = starts.findIndex((sec) => sec >= lengthSec);
  const lastBegin = Math.max(
    0,
    starts.findLastIndex((sec) => sec <= durationSec - lengthSec),
  );
  return {
    opening: await print(0, firstEnd === -1 ? count : firstEnd),
    ending: await print(Math.min(lastBegin, count - 1), count),
  };
}

function lengthOf({ mostSec, share }: { mostSec: number; share: number }, durationSec: number): number {
  return Math.min(mostSec, durationSec * share);
}
