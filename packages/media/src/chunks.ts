import type { Inspection, SourceIndex } from '@marquee/core/inspection';
import type { Chunk, MediaPlan, Rung } from '@marquee/core/plan';

/** Length that segments aim at, in seconds. */
const SEGMENT_SEC = 4;
/** No chunk is longer than this many segments ... */
const MAX_SEGMENTS = 6;
/** ... or, at very low frame rates, than this many frames' worth of them. */
const MIN_FRAMES = 144;
/** Output pixels, all rungs together, that one slow core (40 million a second) encodes in 100 s. */
const TASK_PIXELS = 100 * 40e6;
/** What making a chunk a segment shorter costs (more chunks start up), in seconds of decoding. */
const SHORTER_COSTS_SEC = 0.5;
/** Past a keyframe's time, and before the next frame of any source, in seconds. */
const PAST_SEC = 0.002;
/** The share of what remains that the next chunk takes. */
const SHARE = 4;

/** Frames of a segment: the whole number nearest four seconds. */
export function segmentFramesOf(fps: { num: number; den: number }): number {
  return Math.max(1, Math.round((SEGMENT_SEC * fps.num) / fps.den));
}

/**
 * The opening: one segment, so that playback can begin early. A film that claims to be shorter than two
 * segments, or does not say, has none: its index is read in no time, and only that is sure of its length.
 */
export function openingChunk(
  segmentFrames: number,
  fps: { num: number; den: number },
  claimedDurationSec: number,
): Chunk | null {
  const claimedFrames = (claimedDurationSec * fps.num) / fps.den;
  return claimedFrames < 2 * segmentFrames
    ? null
    : { index: 0, startFrame: 0, frames: segmentFrames, seekSec: 0, last: false };
}

/**
 * Cuts what follows the opening into chunks on output frames. Every chunk holds whole segments but the last.
 * Sizes shrink towards the end (each takes a quarter of what remains, within limits): long chunks waste
 * little on starting up, short ones at the end keep all cores busy to the last second, however many there are.
 *
 * @param opening the chunk that is under way already, or null
 * @returns chunks `[startFrame, startFrame + frames)`, contiguous from the opening's end to the film's end;
 *          empty if the opening is the whole film
 */
export function planChunks(
  inspection: Inspection,
  index: SourceIndex,
  plan: Pick<MediaPlan, 'segmentFrames' | 'rungs' | 'fps'>,
  opening: Chunk | null,
): Chunk[] {
  const { segmentFrames, fps } = plan;
  const longest = maxSegments(inspection, index, plan);
  const chunks: Chunk[] = [];
  let startFrame = opening?.frames ?? 0;
  while (startFrame < index.frameCount) {
    const remaining = Math.ceil((index.frameCount - startFrame) / segmentFrames);
    const wanted = Math.min(longest, Math.max(2, Math.ceil(remaining / SHARE)));
    // A last chunk of one short segment would cost a process of its own: the one before takes it along.
    const segments = longest > 1 && remaining - wanted < 2 ? remaining : nearKeyframe(wanted, startFrame, index, plan);
    const frames = Math.min(segments * segmentFrames, index.frameCount - startFrame);
    chunks.push({
      index: (opening ? 1 : 0) + chunks.length,
      startFrame,
      frames,
      seekSec: seekFor(inspection, index, (startFrame * fps.den) / fps.num, fps),
      last: startFrame + frames === index.frameCount,
    });
    startFrame += frames;
  }
  return chunks;
}

/**
 * Makes a chunk a little shorter where the next one can then begin just after a keyframe of the source:
 * frames between the two are decoded only to be dropped.
 */
function nearKeyframe(
  wanted: number,
  startFrame: number,
  index: SourceIndex,
  plan: Pick<MediaPlan, 'segmentFrames' | 'fps'>,
): number {
  let best = { segments: wanted, cost: Number.POSITIVE_INFINITY };
  const fewest = Math.max(Math.min(2, wanted), Math.ceil(wanted / 2));
  for (let segments = wanted; segments >= fewest; segments--) {
    const startSec = ((startFrame + segments * plan.segmentFrames) * plan.fps.den) / plan.fps.num;
    const cost = startSec - keyframeBefore(index, startSec, plan.fps) + (wanted - segments) * SHORTER_COSTS_SEC;
    if (cost < best.cost) best = { segments, cost };
  }
  return best.segments;
}

/** Time of the last keyframe at or before a film time, in seconds; 0 if there is none. */
function keyframeBefore(index: SourceIndex, filmSec: number, fps: { num: number; den: number }): number {
  const limit = filmSec + (0.25 * fps.den) / fps.num;
  let low = 0;
  let high = index.keyframesSec.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index.keyframesSec[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return index.keyframesSec[low - 1] ?? 0;
}

/**
 * Where to seek in the source for a film time, counted from the container's start. Decoding begins at the
 * keyframe before it; frames up to the wanted one are dropped by their time.
 */
function seekFor(
  inspection: Inspection,
  index: SourceIndex,
  filmSec: number,
  fps: { num: number; den: number },
): number {
  const frameSec = fps.den / fps.num;
  // MP4 is sought by presentation time, so that a keyframe on the very border is found by aiming just past it.
  // Others are sought by decoding time, or by a coarse index: aim half a frame early and decode a little more.
  const exact = inspection.container.startsWith('mov') || inspection.container.startsWith('mp4');
  const aim = exact ? keyframeBefore(index, filmSec, fps) + PAST_SEC : filmSec - 0.5 * frameSec;
  const sec = aim + inspection.video.startSec - inspection.containerStartSec;
  return Math.max(0, Math.round(sec * 1e6) / 1e6);
}

function maxSegments(
  inspection: Inspection,
  index: SourceIndex,
  plan: Pick<MediaPlan, 'segmentFrames' | 'rungs' | 'fps'>,
): number {
  const cost = inspection.video.hdr === 'none' ? 1 : 4;
  const pixels = ladderPixels(plan.rungs) * plan.segmentFrames * cost;
  const bySize = Math.max(1, Math.floor(TASK_PIXELS / pixels));
  const byRate = Math.max(MAX_SEGMENTS, Math.ceil(MIN_FRAMES / plan.segmentFrames));
  // With keyframes far apart every chunk decodes from the last one: longer chunks keep that waste bounded.
  const byKeyframes = Math.ceil(
    longestGapSec(index.keyframesSec, (index.frameCount * plan.fps.den) / plan.fps.num) / 2 / SEGMENT_SEC,
  );
  return Math.max(byKeyframes, Math.min(byRate, bySize));
}

/** Pixels of one frame in all rungs together. */
export function ladderPixels(rungs: Rung[]): number {
  return rungs.reduce((sum, rung) => sum + rung.widthPx * rung.heightPx, 0);
}

function longestGapSec(keyframesSec: number[], durationSec: number): number {
  let longest = 0;
  let before = 0;
  for (const at of [...keyframesSec, durationSec]) {
    longest = Math.max(longest, at - before);
    before = at;
  }
  return longest;
}
