import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection } from '@marquee/core/inspection';
import type { TaskResult } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import { defineHandler, type Handler, type TaskContext } from '../runtime/handler.ts';

/** A film of 90 s, as its head describes it; there is no such file: the toy handlers do no media work. */
export const TOY: Inspection = {
  sourceKey: 'uploads/toy/source',
  container: 'mov,mp4',
  sizeBytes: 4,
  claimedDurationSec: 90,
  containerStartSec: 0,
  video: {
    streamIndex: 0,
    codec: 'h264',
    codedWidthPx: 640,
    codedHeightPx: 360,
    displayWidthPx: 640,
    displayHeightPx: 360,
    rotationDeg: 0,
    fps: { num: 24, den: 1 },
    variableFrameRate: false,
    startSec: 0,
    interlaced: false,
    fieldOrder: 'progressive',
    pixelFormat: 'yuv420p',
    hdr: 'none',
    colorPrimaries: 'bt709',
    colorTransfer: 'bt709',
    colorMatrix: 'bt709',
    colorRange: 'tv',
  },
  audio: [{ streamIndex: 1, codec: 'aac', channels: 2, startSec: 0, language: 'en', title: '', default: true }],
  subtitles: [],
  chapters: [],
  notes: [],
};

const FRAMES = 90 * 24;

/** What a test wants to happen in the handlers. */
export interface ToyOptions {
  /** Called first in each run; may wait or throw. */
  before?: (context: TaskContext<TaskType>) => Promise<void> | void;
}

/** Handlers for every kind of task that write one small object each, always the same for the same task. */
export function toyHandlers(options: ToyOptions = {}): Handler[] {
  const make = <T extends TaskType>(type: T, work: (context: TaskContext<T>) => TaskResult<T>) =>
    defineHandler<T>({
      type,
      async run(context) {
        await options.before?.(context as unknown as TaskContext<TaskType>);
        await writeFile(join(await context.workDir(), 'scratch'), 'x');
        context.progress(0.5);
        const { payload, piece } = context.task;
        // Playlists are written over and over under one name; how often depends on the moment, the last does not.
        const name = type === 'video.package' ? 'master' : piece.replaceAll(':', '-');
        await context.objects.put(`${payload.outputPrefix}${type}/${name}.txt`, Buffer.from(`${type} ${piece}`), {
          contentType: 'text/plain',
          signal: context.signal,
        });
        return work(context);
      },
    }) as Handler;
  return [
    make('video.inspect', ({ task: { payload } }) =>
      payload.scope === 'head'
        ? { scope: 'head', inspection: { ...TOY, sourceKey: payload.sourceKey } }
        : {
            scope: 'index',
            index: {
              frameCount: FRAMES,
              sourceFrameCount: FRAMES,
              keyframesSec: Array.from({ length: 45 }, (_, i) => 2 * i),
              maxFrameGapSec: 0.05,
            },
          },
    ),
    make('video.transcode', ({ task: { payload } }) => ({ chunk: payload.chunk.index, rungs: [], toolSpeed: 1 })),
    make('video.encode_audio', ({ task: { payload } }) => ({
      rendition: payload.rendition.name,
      window: payload.window.index,
      codecs: 'mp4a.40.2',
      initSha256: '',
      segments: [],
    })),
    make('video.ai_analysis', () => ({ leftOut: null })),
    make('video.package', ({ task: { payload } }) => ({
      throughChunk: payload.throughChunk,
      final: payload.final,
      totalBytes: 1,
      decoded: false,
      ...(payload.final ? { published: { pictureBytes: 1, soundBytes: 0, stillBytes: 0 } } : {}),
    })),
    make('video.generate_thumbnails', ({ task: { payload } }) =>
      payload.work.kind === 'posters'
        ? {
            kind: 'posters',
            posters: [{ key: `${payload.outputPrefix}posters/0.jpg`, atSec: 1, score: 1, widthPx: 640, heightPx: 360 }],
          }
        : { kind: 'storyboard', sheet: payload.work.sheet, tiles: payload.work.frames.length, sizeBytes: 1 },
    ),
  ];
}
