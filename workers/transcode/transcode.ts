import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import type { RungResult } from '@marquee/core/job';
import type { Payload } from '@marquee/core/messages';
import type { Rung } from '@marquee/core/plan';
import { codecsOf, onFilmClock, readFragmented, type Sample } from '@marquee/media/cmaf';
import { rungFile, transcodeArgs } from '@marquee/media/transcode-args';
import { defineHandler } from '../runtime/handler.ts';
import { publishSegments } from '../runtime/segments.ts';

/** Encodes one chunk of the film in every rung, from one decode. */
export const transcode = defineHandler({
  type: 'video.transcode',
  async run({ task, objects, tools, progress, signal, frugal, ...context }) {
    const workDir = await context.workDir();
    const { payload } = task;
    const { chunk, fps } = payload;
    const durationSec = (chunk.frames * fps.den) / fps.num;
    const startedMs = performance.now();
    const brokeOff = await encode();

    const rungs: RungResult[] = [];
    for (const rung of payload.rungs) {
      const track = readFragmented(await readFile(join(workDir, rungFile(rung))));
      const { startTicks, samples } = onFilmClock(
        checked(track.samples, payload, rung, brokeOff),
        chunk.startFrame,
        payload.ticksPerFrame,
      );
      const part = {
        folder: `${payload.outputPrefix}video/${rung.name}/`,
        contentType: 'video/mp4' as const,
        init: track.init,
        firstSegment: Math.round(chunk.startFrame / payload.segmentFrames),
        startTicks,
        sampleTicks: payload.ticksPerFrame,
        segments: toSegments(samples, payload.segmentFrames),
      };
      rungs.push({ rung: rung.name, codecs: codecsOf(track.init), ...(await publishSegments(objects, part, signal)) });
    }
    return { chunk: chunk.index, rungs, toolSpeed: durationSec / ((performance.now() - startedMs) / 1000) };

    /** @returns whether the line to the source broke on the way */
    async function encode(): Promise<boolean> {
      const input = await objects.toolInput(payload.sourceKey);
      // With less memory, one rung at a time: the bytes of a rung do not depend on its neighbours' presence,
      // only on what it is scaled from, so the ladder above it is kept in the graph.
      const scaler = (await tools.hasFilter('zscale')) ? 'zscale' : 'scale';
      const runs = frugal
        ? payload.rungs.map((_, i) => transcodeArgs(payload, input, scaler, i))
        : [transcodeArgs(payload, input, scaler)];
      let brokeOff = false;
      for (const [i, args] of runs.entries()) {
        const output = await tools.ffmpeg(args, {
          signal,
          cwd: workDir,
          durationSec,
          onProgress: (share) => progress((0.95 * (i + share)) / runs.length),
          // The end of the film may be held for a moment: there a frame that is missing would not show.
          isCounted: !chunk.last,
        });
        brokeOff ||= output.brokeOff;
      }
      return brokeOff;
    }
  },
});

/** Sees to it that the encoder gave what the plan asked for: all frames, evenly spaced, keyframes where segments begin. */
function checked(samples: Sample[], payload: Payload<'video.transcode'>, rung: Rung, brokeOff: boolean): Sample[] {
  const { chunk, segmentFrames, ticksPerFrame, fps } = payload;
  if (samples.length !== chunk.frames && brokeOff) {
    throw new MarqueeError('OBJECTS_DOWN', 'The object storage did not answer while the film was read.');
  }
  if (samples.length !== chunk.frames) {
    const atSec = ((chunk.startFrame + samples.length) * fps.den) / fps.num;
    throw new MarqueeError(
      'INPUT_UNREADABLE',
      `The picture cannot be decoded from ${atSec.toFixed(1)} s on: the file is damaged there. Upload it again from the original.`,
      { context: { rung: rung.name, frames: samples.length, expected: chunk.frames } },
    );
  }
  const delayTicks = samples[0]?.offsetTicks;
  samples.forEach((sample, i) => {
    if (sample.durationTicks !== ticksPerFrame)
      throw new MarqueeError('OUTPUT_INVALID', `The frames of ${rung.name} are not evenly spaced.`);
    // A segment's first picture is also the first of it to be shown, or it could not be played from there.
    if (i % segmentFrames === 0 && !(sample.keyframe && sample.offsetTicks === delayTicks))
      throw new MarqueeError('OUTPUT_INVALID', `A segment of ${rung.name} does not begin with a keyframe.`);
  });
  return samples;
}

function toSegments(samples: Sample[], segmentFrames: number): Sample[][] {
  const segments: Sample[][] = [];
  for (let from = 0; from < samples.length; from += segmentFrames)
    segments.push(samples.slice(from, from + segmentFrames));
  return segments;
}
