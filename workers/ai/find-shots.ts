import { setImmediate as breathe } from 'node:timers/promises';
import { ANALYSIS_VERSION, type FilmAnalysis, filmAnalysis } from '@marquee/core/analysis';
import { plainText } from '@marquee/core/cues';
import type { AnalysisResult } from '@marquee/core/job';
import type { SpokenLine } from '@marquee/core/made-chapters';
import { planDurationSec, type Rung } from '@marquee/core/plan';
import { describeShots } from '@marquee/media/film-analysis';
import { loudnessArgs, readLoudness, readSilences, SOUND_FILE } from '@marquee/media/loudness';
import { createPalette } from '@marquee/media/palette';
import { PICTURE_FILE, shotFrameArgs, shotFrames } from '@marquee/media/shot-args';
import { createShotFinder } from '@marquee/media/shots';
import type { Stream } from '@marquee/media/stream';
import { chooseTrack, readWords } from '../runtime/film-words.ts';
import type { TaskContext } from '../runtime/handler.ts';
import { publishChapters } from '../runtime/publish-chapters.ts';
import { publishedStream, writeTrack } from './published-film.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** Segments that are decoded by one run: their frames, small as they are, are in memory together. */
const SEGMENTS_A_RUN = 16;
/** Frames that are looked at before others get their turn: some ten milliseconds. */
const FRAMES_A_TURN = 32;
const PALETTE_EVERY_FRAMES = 12;
/** Looking is the longer part. */
const PICTURE_SHARE = 0.85;

/** Finds out what can be measured of a film without knowing what it shows, from what is published of it. */
export async function findShots(context: Context): Promise<AnalysisResult> {
  const { payload } = context.task;
  const { fps } = payload.plan;
  const durationSec = planDurationSec(payload.plan) ?? 0;
  const stream = await publishedStream(context);
  const { found, palette } = await look(context, stream);
  const sound = await hear(context, stream, durationSec);
  const described = describeShots(found, {
    fps: fps.num / fps.den,
    durationSec,
    silences: sound.silences,
    lines: payload.hasChapters ? null : await readLines(context),
  });
  // Checked before it is kept: whoever reads it later must be able to.
  const analysis: FilmAnalysis = filmAnalysis.parse({
    version: ANALYSIS_VERSION,
    durationSec,
    ...described,
    ...sound,
    palette,
  });
  await context.objects.put(`${payload.outputPrefix}analysis.json`, Buffer.from(JSON.stringify(analysis)), {
    contentType: 'application/json',
    signal: context.signal,
  });
  const { shots, scenes, chapters, loudness, silences } = analysis;
  await publishChapters(context, await context.siblings(), chapters);
  return {
    leftOut: null,
    shots: shots.length,
    scenes: scenes.length,
    chapters,
    loudness,
    silences: silences.length,
  };
}

/** Looks at every frame of the smallest rung: of what is published it takes the least to decode, and its frames are the film's. */
async function look(context: Context, stream: Stream) {
  const { plan } = context.task.payload;
  const rung = plan.rungs.at(-1) as Rung;
  const segments = stream.video.get(rung.name)?.segments.length ?? 0;
  const finder = createShotFinder(plan.fps.num / plan.fps.den);
  const palette = createPalette();
  let count = 0;
  for (let from = 0; from < segments; from += SEGMENTS_A_RUN) {
    const to = Math.min(segments, from + SEGMENTS_A_RUN);
    await writeTrack(context, { folder: `video/${rung.name}/`, from, to }, PICTURE_FILE);
    const { stdout } = await context.tools.ffmpeg(shotFrameArgs(), {
      signal: context.signal,
      cwd: await context.workDir(),
      isPatient: true,
    });
    for (const pixels of shotFrames(stdout)) {
      finder.push(pixels);
      if (count % PALETTE_EVERY_FRAMES === 0) palette.add(pixels);
      if (++count % FRAMES_A_TURN === 0) await breathe();
    }
    context.signal.throwIfAborted();
    context.progress((to / segments) * PICTURE_SHARE);
  }
  return { found: finder.finish(), palette: palette.read() };
}

async function hear(
  context: Context,
  stream: Stream,
  durationSec: number,
): Promise<Pick<FilmAnalysis, 'loudness' | 'silences'>> {
  const { audio } = context.task.payload.plan;
  const rendition = audio.find((each) => each.default && each.channels === 2) ?? audio[0];
  const track = rendition && stream.audio.get(rendition.name);
  if (!track) return { loudness: null, silences: [] };
  await writeTrack(context, { folder: `audio/${rendition.name}/`, from: 0, to: track.segments.length }, SOUND_FILE);
  const { stdout, stderr } = await context.tools.ffmpeg(loudnessArgs(), {
    signal: context.signal,
    cwd: await context.workDir(),
    isPatient: true,
  });
  return { loudness: readLoudness(stderr), silences: readSilences(stdout.toString('latin1'), durationSec) };
}

/** What is said in the film; empty where nobody wrote or heard it. */
async function readLines(context: Context): Promise<SpokenLine[]> {
  const track = chooseTrack(await context.movie(), await context.siblings());
  if (track === null) return [];
  const cues = await readWords(context.objects, track);
  return cues.map((cue) => ({ startSec: cue.startMs / 1000, text: plainText(cue) }));
}
