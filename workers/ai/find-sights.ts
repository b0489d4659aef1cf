import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filmAnalysis } from '@marquee/core/analysis';
import type { AnalysisResult } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import {
  evidenceTimes,
  type FrameSights,
  filmSights,
  gatherSights,
  pickLooks,
  SIGHTS_NAME,
  sightFrameName,
  summaryOf,
} from '@marquee/core/sights';
import { PICTURE_FILE } from '@marquee/media/shot-args';
import { lookSize, sightArgs, sightRung, stillName } from '@marquee/media/sight-args';
import type { TaskContext } from '../runtime/handler.ts';
import { inThread } from '../runtime/in-thread.ts';
import { type ModelName, modelFiles } from '../runtime/models.ts';
import { publishedStream, readObject, writeTrack } from './published-film.ts';
import type { SightFiles } from './sight-models.ts';
import type { SightOrder } from './sights-thread.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** Frames of one film that are looked at, however many shots it has: some minutes of one core. */
const MOST_LOOKS = 720;
/** Frames that lie on the disk at once, in this many MB or a little more; then the models look at them. */
const BATCH_BYTES = 128 * 1024 ** 2;
const LOOKS_FILE = 'looks.rgb';

/** A frame that is looked at, where it lies, and its still. */
interface Look {
  atSec: number;
  segment: number;
  /** Number of the frame in its segment. */
  frame: number;
}

/** Finds out what a film shows, from one to three frames of each shot. */
export async function findSights(context: Context): Promise<AnalysisResult> {
  const { plan, outputPrefix } = context.task.payload;
  const durationSec = planDurationSec(plan) ?? 0;
  const models = await fetchModels(context);
  const stream = await publishedStream(context);
  const rung = sightRung(plan.rungs);
  const segments = stream.video.get(rung.name)?.segments.length ?? 0;
  const { shots, scenes } = await cutsOf(context, durationSec);
  const fps = plan.fps.num / plan.fps.den;
  const looks = pickLooks(shots, MOST_LOOKS)
    .map((atSec) => lookAt(Math.floor(atSec * fps), fps, plan.segmentFrames))
    .filter(({ segment }) => segment < segments);
  const stills = new Map<number, string>();
  const frames = await lookAll(context, looks, { rung, models, stills });
  const sights = filmSights.parse(gatherSights(frames, { durationSec, shots, scenes }));
  for (const atSec of evidenceTimes(sights)) {
    const name = stills.get(atSec);
    if (name === undefined) continue;
    const still = await readFile(join(await context.workDir(), name));
    const options = { contentType: 'image/jpeg', signal: context.signal };
    await context.objects.put(`${outputPrefix}${sightFrameName(atSec)}`, still, options);
  }
  await context.objects.put(`${outputPrefix}${SIGHTS_NAME}`, Buffer.from(JSON.stringify(sights)), {
    contentType: 'application/json',
    signal: context.signal,
  });
  return { leftOut: null, sights: summaryOf(sights) };
}

async function fetchModels({ config, signal, log }: Context): Promise<SightFiles> {
  const onFetch = (sentence: string) => log.info(sentence);
  const fetch = (name: ModelName) => modelFiles(name, config.models, { signal, onFetch });
  return {
    tags: await fetch('tags'),
    faces: await fetch('faces'),
    nudity: await fetch('nudity'),
    ocr: await fetch('ocr'),
    textBoxes: await fetch('text-boxes'),
  };
}

/** Shots and scenes as they were found; where they were not, the film is one of either. */
async function cutsOf(context: Context, durationSec: number) {
  const whole = [{ startSec: 0, endSec: durationSec }];
  const text = await readObject(context, `${context.task.payload.outputPrefix}analysis.json`).catch(() => null);
  if (text === null) return { shots: whole, scenes: whole };
  const { shots, scenes } = filmAnalysis.parse(JSON.parse(text.toString('utf8')));
  return { shots, scenes };
}

function lookAt(filmFrame: number, fps: number, segmentFrames: number): Look {
  // To the millisecond: the still is named by it.
  const atSec = Math.round((filmFrame / fps) * 1000) / 1000;
  return { atSec, segment: Math.floor(filmFrame / segmentFrames), frame: filmFrame % segmentFrames };
}

/** Takes the frames out of their segments and shows them to the models, so many at a time. */
async function lookAll(
  context: Context,
  looks: readonly Look[],
  how: { rung: ReturnType<typeof sightRung>; models: SightFiles; stills: Map<number, string> },
): Promise<FrameSights[]> {
  const { rung, models, stills } = how;
  const cwd = await context.workDir();
  const file = join(cwd, LOOKS_FILE);
  const { widthPx, heightPx } = lookSize(rung);
  const frameBytes = 3 * widthPx * heightPx;
  const seen: FrameSights[] = [];
  let waiting: number[] = [];
  const show = async () => {
    const order: SightOrder = { file, times: waiting, widthPx, heightPx, models };
    const before = seen.length;
    const answer = await inThread<FrameSights[]>(
      new URL('./sights-thread.ts', import.meta.url),
      order,
      context.signal,
      (share) => context.progress((before + share * order.times.length) / looks.length),
    );
    seen.push(...answer);
    waiting = [];
    await rm(file, { force: true });
  };
  for (const [segment, mine] of Map.groupBy(looks, (look) => look.segment)) {
    await writeTrack(context, { folder: `video/${rung.name}/`, from: segment, to: segment + 1 }, PICTURE_FILE);
    const wanted = mine.map(({ frame }) => frame);
    const { stdout } = await context.tools.ffmpeg(sightArgs(rung, segment, wanted), {
      signal: context.signal,
      cwd,
      isPatient: true,
    });
    const count = Math.min(mine.length, Math.floor(stdout.length / frameBytes));
    await appendFile(file, stdout.subarray(0, count * frameBytes));
    for (const [i, { atSec }] of mine.slice(0, count).entries()) {
      waiting.push(atSec);
      stills.set(atSec, stillName(segment, i + 1));
    }
    if (waiting.length * frameBytes >= BATCH_BYTES) await show();
  }
  if (waiting.length > 0) await show();
  return seen;
}
