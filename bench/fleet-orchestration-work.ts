import type { Planner } from '@marquee/core/advance';
import { taskId } from '@marquee/core/ids';
import type { Inspection, SourceIndex } from '@marquee/core/inspection';
import type { NewTask } from '@marquee/core/job';
import type { MediaPlan } from '@marquee/core/plan';
import { defineHandler, type Handler } from '@marquee/workers/runtime/handler';

/** Tasks that every job has beside its pieces: reading the head, reading the whole, the last playlist. */
const FIXED_TASKS = 3;
/** Behind what is an opening, so that all of it takes the ordinary lane. */
const PIECE_ORDER = 100;

const INSPECTION: Omit<Inspection, 'sourceKey'> = {
  container: 'mov,mp4',
  sizeBytes: 4,
  claimedDurationSec: 1,
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
  audio: [],
  subtitles: [],
  chapters: [],
  notes: [],
};
const INDEX: SourceIndex = { frameCount: 24, sourceFrameCount: 24, keyframesSec: [0], maxFrameGapSec: 0.05 };
const RUNG = {
  name: 'h264-360',
  nominalPx: 360,
  widthPx: 640,
  heightPx: 360,
  maxrateBps: 1_000_000,
  bufsizeBits: 1_000_000,
};
const RENDITION = {
  name: 'en-0',
  streamIndex: 1,
  codec: 'subrip',
  language: 'en',
  title: '',
  default: false,
  forced: false,
  hearingImpaired: false,
};

/**
 * Plans jobs of so many tasks in all: the head, then the index, then all the rest beside each other, then the
 * playlist that closes the job. The same steps as a film's, with nothing to do in them.
 */
export function emptyPlanner(tasksPerJob: number): Planner {
  const begun: MediaPlan = {
    fps: INSPECTION.video.fps,
    segmentFrames: 24,
    timescale: 24_000,
    ticksPerFrame: 1000,
    rungs: [RUNG],
    audio: [],
    frameCount: null,
    chunkCount: null,
    storyboard: null,
  };
  return {
    opening: () => ({ plan: begun, tasks: [] }),
    rest(job) {
      const tasks = Array.from({ length: tasksPerJob - FIXED_TASKS }, (_, i): NewTask<'video.generate_subtitles'> => {
        const piece = String(i).padStart(6, '0');
        const id = taskId(job.id, 'generate_subtitles', piece);
        const ids = { jobId: job.id, movieId: job.movieId, taskId: id, outputPrefix: job.outputPrefix };
        const payload = {
          ...ids,
          sourceKey: job.sourceKey,
          containerStartSec: 0,
          container: INSPECTION.container,
          rendition: RENDITION,
          zeroSec: 0,
          untilSec: null,
          segmentFrames: begun.segmentFrames,
          fps: begun.fps,
        };
        return { id, jobId: job.id, type: 'video.generate_subtitles', piece, order: PIECE_ORDER + i, payload };
      });
      return { plan: { ...begun, frameCount: INDEX.frameCount, chunkCount: 1 }, tasks };
    },
  };
}

/** Handlers of these jobs' tasks: each returns at once. */
export function emptyHandlers(): { handler: Handler; isPiece: boolean }[] {
  const inspect = defineHandler<'video.inspect'>({
    type: 'video.inspect',
    run: async ({ task: { payload } }) =>
      payload.scope === 'head'
        ? { scope: 'head', inspection: { ...INSPECTION, sourceKey: payload.sourceKey } }
        : { scope: 'index', index: INDEX },
  });
  const piece = defineHandler<'video.generate_subtitles'>({
    type: 'video.generate_subtitles',
    run: async () => ({ leftOut: null, cues: 0, sizeBytes: 0, segments: [] }),
  });
  const close = defineHandler<'video.package'>({
    type: 'video.package',
    run: async ({ task: { payload } }) => ({
      throughChunk: payload.throughChunk,
      final: payload.final,
      totalBytes: 0,
      decoded: false,
    }),
  });
  return [
    { handler: inspect as Handler, isPiece: false },
    { handler: piece as Handler, isPiece: true },
    { handler: close as Handler, isPiece: false },
  ];
}
