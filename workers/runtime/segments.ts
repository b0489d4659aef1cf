import { createHash } from 'node:crypto';
import type { SegmentFacts } from '@marquee/core/job';
import type { Objects } from '@marquee/core/ports';
import { type Sample, writeSegment } from '@marquee/media/cmaf';
import { segmentName } from '@marquee/media/hls';

/** Part of a track that stands ready to be stored. */
export interface TrackPart {
  /** Folder of the track, ends in a slash. */
  folder: string;
  contentType: 'video/mp4' | 'audio/mp4';
  init: Uint8Array;
  /** Number of the first segment in the track, from 0. */
  firstSegment: number;
  /** Decoding time of the first sample, in ticks. */
  startTicks: number;
  /** How long each sample is shown or heard, in ticks. */
  sampleTicks: number;
  segments: Sample[][];
}

/** Stores a part of a track under the keys that follow from it, and says what stands there now. */
export async function publishSegments(
  objects: Objects,
  part: TrackPart,
  signal: AbortSignal,
): Promise<{ initSha256: string; segments: SegmentFacts[] }> {
  const { contentType, folder } = part;
  const facts: SegmentFacts[] = [];
  const stored: Promise<unknown>[] = [];
  let baseTicks = part.startTicks;
  for (const [i, samples] of part.segments.entries()) {
    const number = part.firstSegment + i;
    const { bytes, firstSampleEnd } = writeSegment(number + 1, baseTicks, samples);
    // At once: storing is waiting, for a disk to sync or a service to answer.
    stored.push(objects.put(`${folder}${segmentName(number)}`, bytes, { contentType, signal }));
    facts.push({
      sizeBytes: bytes.length,
      durationTicks: samples.length * part.sampleTicks,
      firstFrameBytes: firstSampleEnd,
    });
    baseTicks += samples.reduce((sum, sample) => sum + sample.durationTicks, 0);
  }
  // Every part has the same header (the packaging task checks it): whoever comes first stores it.
  stored.push(objects.put(`${folder}init.mp4`, part.init, { contentType, ifAbsent: part.firstSegment > 0, signal }));
  await allSettled(stored);
  return { initSha256: createHash('sha256').update(part.init).digest('hex'), segments: facts };
}

/** Waits for all, also when one fails: nothing may still be written when a task has ended. */
export async function allSettled(promises: Promise<unknown>[]): Promise<void> {
  for (const end of await Promise.allSettled(promises)) if (end.status === 'rejected') throw end.reason;
}
