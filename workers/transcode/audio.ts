import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { audioArgs, FRAME_SAMPLES, WINDOW_FILE, windowFrames } from '@marquee/media/audio';
import { codecsOf, readFragmented, type Sample } from '@marquee/media/cmaf';
import { defineHandler } from '../runtime/handler.ts';
import { publishSegments } from '../runtime/segments.ts';

/** Encodes one window of one sound track. */
export const encodeAudio = defineHandler({
  type: 'video.encode_audio',
  async run({ task, objects, tools, progress, signal, ...context }) {
    const workDir = await context.workDir();
    const { payload } = task;
    const { rendition, window } = payload;
    const { startFrame, preroll, count } = windowFrames(window);
    const durationSec = ((count + preroll) * FRAME_SAMPLES) / 48_000;
    const input = await objects.toolInput(payload.sourceKey);
    await tools.ffmpeg(audioArgs(payload, input), {
      signal,
      cwd: workDir,
      durationSec,
      onProgress: (share) => progress(0.95 * share),
    });

    const track = readFragmented(await readFile(join(workDir, WINDOW_FILE)));
    // The first frame out of the encoder is its priming: it holds what came before the first sample.
    const frames = track.samples.slice(1 + preroll, 1 + preroll + count);
    if (frames.length !== count) {
      throw new MarqueeError(
        'INPUT_UNREADABLE',
        `The sound of track "${rendition.title || rendition.language}" cannot be decoded: the file is damaged.`,
        {
          context: { frames: frames.length, expected: count },
        },
      );
    }
    const even: Sample[] = frames.map((frame) => ({
      ...frame,
      durationTicks: FRAME_SAMPLES,
      offsetTicks: 0,
      keyframe: true,
    }));
    const segments = window.segmentFrames
      .slice(0, -1)
      .map((from, i) => even.slice(from - startFrame, (window.segmentFrames[i + 1] as number) - startFrame));
    const part = {
      folder: `${payload.outputPrefix}audio/${rendition.name}/`,
      contentType: 'audio/mp4' as const,
      init: track.init,
      firstSegment: window.firstSegment,
      startTicks: startFrame * FRAME_SAMPLES,
      sampleTicks: FRAME_SAMPLES,
      segments,
    };
    return {
      rendition: rendition.name,
      window: window.index,
      codecs: codecsOf(track.init),
      ...(await publishSegments(objects, part, signal)),
    };
  },
});
