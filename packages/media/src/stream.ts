import { MarqueeError } from '@marquee/core/errors';
import type { SegmentFacts, SubtitlesResult, Task } from '@marquee/core/job';
import type { MediaPlan } from '@marquee/core/plan';
import { SAMPLE_RATE } from './audio.ts';

/** One published track as far as it stands. */
export interface TrackFacts {
  codecs: string;
  timescale: number;
  segments: SegmentFacts[];
  /** Highest and mean bit rate over segments, in bits per second. */
  peakBps: number;
  averageBps: number;
}

/** All tracks of a version as far as they stand without a gap, by folder name. */
export interface Stream {
  plan: MediaPlan;
  video: Map<string, TrackFacts>;
  audio: Map<string, TrackFacts>;
  /** Those that stand whole; none that was left out, or is kept back. In the order of the plan. */
  subtitles: Map<string, SubtitlesResult>;
}

/**
 * Puts the tracks together from what the tasks left.
 *
 * @param tasks        all tasks of the job; those that are not done are passed over
 * @param throughChunk video chunks `[0, throughChunk)` are listed
 * @throws MarqueeError OUTPUT_INVALID if a listed chunk is missing or tracks of one rung do not fit together
 */
export function assembleStream(plan: MediaPlan, tasks: Task[], throughChunk: number): Stream {
  const chunks = tasks
    .filter((task): task is Task<'video.transcode'> => task.type === 'video.transcode' && task.result !== null)
    .sort((a, b) => a.payload.chunk.index - b.payload.chunk.index)
    .slice(0, throughChunk);
  chunks.forEach((task, i) => {
    if (task.payload.chunk.index !== i)
      throw new MarqueeError('OUTPUT_INVALID', `Piece ${i} of the picture is missing.`);
  });
  if (chunks.length < throughChunk)
    throw new MarqueeError('OUTPUT_INVALID', `Only ${chunks.length} of ${throughChunk} pieces of the picture stand.`);

  const video = new Map<string, TrackFacts>();
  for (const rung of plan.rungs) {
    const parts = chunks.map((task) => {
      const part = task.result?.rungs.find((each) => each.rung === rung.name);
      if (!part) throw new MarqueeError('OUTPUT_INVALID', `A piece of ${rung.name} is missing.`);
      return part;
    });
    video.set(rung.name, joined(rung.name, parts, plan.timescale));
  }
  const audio = new Map<string, TrackFacts>();
  for (const rendition of plan.audio) {
    const windows = tasks
      .filter((task): task is Task<'video.encode_audio'> => task.type === 'video.encode_audio' && task.result !== null)
      .filter((task) => task.payload.rendition.name === rendition.name)
      .sort((a, b) => a.payload.window.index - b.payload.window.index);
    const standing = windows
      .filter((task, i) => task.payload.window.index === i)
      .flatMap((task) => (task.result ? [task.result] : []));
    audio.set(rendition.name, joined(rendition.name, standing, SAMPLE_RATE));
  }
  // A dub is made whole: it may be listed once the film is.
  for (const dub of throughChunk === plan.chunkCount ? (plan.dubs ?? []) : []) {
    const sound = subtitleResults(tasks).get(dub.name)?.sound;
    if (sound) audio.set(dub.name, joined(dub.name, [sound], SAMPLE_RATE));
  }
  return { plan, video, audio, subtitles: standingSubtitles(plan, tasks) };
}

function subtitleResults(tasks: Task[]): Map<string, SubtitlesResult> {
  const results = new Map<string, SubtitlesResult>();
  for (const task of tasks) {
    if (task.type !== 'video.generate_subtitles' || task.result === null) continue;
    const { payload, result } = task as Task<'video.generate_subtitles'>;
    if (result?.leftOut === null) results.set(payload.rendition.name, result);
  }
  return results;
}

function standingSubtitles(plan: MediaPlan, tasks: Task[]): Map<string, SubtitlesResult> {
  const results = subtitleResults(tasks);
  return new Map(
    (plan.subtitles ?? []).flatMap(({ name, keptBack }) => {
      const result = keptBack ? undefined : results.get(name);
      return result ? [[name, result] as const] : [];
    }),
  );
}

function joined(
  name: string,
  parts: { codecs: string; initSha256: string; segments: SegmentFacts[] }[],
  timescale: number,
): TrackFacts {
  const first = parts[0];
  if (!first) throw new MarqueeError('OUTPUT_INVALID', `Nothing of ${name} stands.`);
  if (parts.some((part) => part.initSha256 !== first.initSha256)) {
    throw new MarqueeError(
      'OUTPUT_INVALID',
      `The pieces of ${name} were encoded differently and cannot be joined. Process the film again with the same version on every worker.`,
    );
  }
  const segments = parts.flatMap((part) => part.segments);
  return { codecs: first.codecs, timescale, segments, ...bitrates(segments, timescale) };
}

/** Highest and mean bit rate of segments, in bits per second, rounded up. */
export function bitrates(
  segments: Pick<SegmentFacts, 'sizeBytes' | 'durationTicks'>[],
  timescale: number,
): { peakBps: number; averageBps: number } {
  let bits = 0;
  let sec = 0;
  let peakBps = 1;
  // A short last segment holds a whole picture in a fraction of a second: its rate says nothing about the stream.
  const typical = Math.max(...segments.map((segment) => segment.durationTicks));
  for (const segment of segments) {
    const segmentSec = segment.durationTicks / timescale;
    bits += segment.sizeBytes * 8;
    sec += segmentSec;
    if (segment.durationTicks * 2 >= typical)
      peakBps = Math.max(peakBps, Math.ceil((segment.sizeBytes * 8) / segmentSec));
  }
  return { peakBps, averageBps: Math.max(1, Math.ceil(bits / sec)) };
}
