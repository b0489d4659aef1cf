import { ANALYSIS_VERSION, type FilmAnalysis } from '@marquee/core/analysis';
import type { AnalysisResult } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import { loudnessArgs, readLoudness, readSilences, SOUND_FILE } from '@marquee/media/loudness';
import type { Stream } from '@marquee/media/stream';
import type { TaskContext } from '../runtime/handler.ts';
import { publishedStream, writeTrack } from './published-film.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** Finds out what can be measured of a film without knowing what it shows, from what is published of it. */
export async function findShots(context: Context): Promise<AnalysisResult> {
  const { payload } = context.task;
  const durationSec = planDurationSec(payload.plan) ?? 0;
  const stream = await publishedStream(context);
  const analysis: FilmAnalysis = {
    version: ANALYSIS_VERSION,
    durationSec,
    ...(await hear(context, stream, durationSec)),
  };
  await context.objects.put(`${payload.outputPrefix}analysis.json`, Buffer.from(JSON.stringify(analysis)), {
    contentType: 'application/json',
    signal: context.signal,
  });
  return { leftOut: null, loudness: analysis.loudness, silences: analysis.silences.length };
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
