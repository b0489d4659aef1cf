import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import type { RungResult } from '@marquee/core/job';
import type { Payload } from '@marquee/core/messages';
import type { Rung } from '@marquee/core/plan';
import { codecsOf, readFragmented, type Sample, withStart } from '@marquee/media/cmaf';
import { rungFile, transcodeArgs } from '@marquee/media/transcode-args';
import { defineHandler } from '../runtime/handler.ts';
import { publishSegments } from './segments.ts';

/** Pictures by which showing comes after decoding: H.264 with B-frames and a pyramid, as x264 makes it, reorders two. */
const DELAY_FRAMES = 2;

/** Encodes one chunk of the film in every rung, from one decode. */
export const transcode = defineHandler({
  type: 'video.transcode',
  async run({ task, objects, tools, workDir, progress, signal, frugal }) {
    const { payload } = task;
    const { chunk, fps } = payload;
    const durationSec = (chunk.frames * fps.den) / fps.num;
    const startedMs = performance.now();
    await encode();

    const rungs: RungResult[] = [];
    for (const rung of payload.rungs) {
      const track = readFragmented(await readFile(join(workDir, rungFile(rung))));
      const segments = toSegments(track.samples, payload, rung);
      const part = {
        folder: `${payload.outputPrefix}video/${rung.name}/`,
        contentType: 'video/mp4' as const,
        init: withStart(track.init, DELAY_FRAMES * payload.ticksPerFrame),
        firstSegment: Math.round(chunk.startFrame / payload.segmentFrames),
        startTicks: chunk.startFrame * payload.ticksPerFrame,
        segments,
      };
      rungs.push({ rung: rung.name, codecs: codecsOf(track.init), ...(await publishSegments(objects, part, signal)) });
    }
    return { chunk: chunk.index, rungs, toolSpeed: durationSec / ((performance.now() - startedMs) / 1000) };

    async function encode(): Promise<void> {
      const input = await objects.toolInput(payload.sourceKey);
      // With less memory, one rung at a time: the bytes of a rung do not depend on its neighbours' presence,
      // only on what it is scaled from, so the ladder above it is kept in the graph.
      const scaler = (await tools.hasFilter('zscale')) ? 'zscale' : 'scale';
      const runs = frugal
        ? payload.rungs.map((_, i) => transcodeArgs(payload, input, scaler, i))
        : [transcodeArgs(payload, input, scaler)];
      for (const [i, args] of runs.entries()) {
        await tools.ffmpeg(args, {
          signal,
          cwd: workDir,
          durationSec,
          onProgress: (share) => progress((0.95 * (i + share)) / runs.length),
        });
      }
    }
  },
});

/** Cuts the frames of a chunk into segments, checking that they are what the plan asked for. */
function toSegments(samples: Sample[], payload: Payload<'video.transcode'>, rung: Rung): Sample[][] {
  const { chunk, segmentFrames, ticksPerFrame, fps } = payload;
  if (samples.length !== chunk.frames) {
    const atSec = ((chunk.startFrame + samples.length) * fps.den) / fps.num;
    throw new MarqueeError(
      'INPUT_UNREADABLE',
      `The picture cannot be decoded from ${atSec.toFixed(1)} s on: the file is damaged there. Upload it again from the original.`,
      { context: { rung: rung.name, frames: samples.length, expected: chunk.frames } },
    );
  }
  // With B-frames the encoder shows every picture late by as many as it reorders, and a chunk too short to have
  // any does not. All chunks get the same delay, which the header's edit list takes away again.
  const first = samples[0]?.offsetTicks ?? 0;
  const even = samples.map((sample) => ({
    ...sample,
    offsetTicks: sample.offsetTicks - first + DELAY_FRAMES * ticksPerFrame,
  }));
  const segments: Sample[][] = [];
  for (let from = 0; from < even.length; from += segmentFrames) segments.push(even.slice(from, from + segmentFrames));
  for (const segment of segments) {
    if (!segment[0]?.keyframe || segment[0].offsetTicks !== DELAY_FRAMES * ticksPerFrame)
      throw new MarqueeError('OUTPUT_INVALID', `A segment of ${rung.name} does not begin with a keyframe.`);
    for (const sample of segment) {
      if (sample.durationTicks !== ticksPerFrame || sample.offsetTicks < 0)
        throw new MarqueeError('OUTPUT_INVALID', `The frames of ${rung.name} are not evenly spaced.`);
    }
  }
  return segments;
}
