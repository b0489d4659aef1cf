import type { Planner } from '../src/advance.ts';
import { type JobId, type MovieId, taskId } from '../src/ids.ts';
import type { Inspection } from '../src/inspection.ts';
import { type MediaProcessingJob, type NewTask, newJob, type Task, type TaskResult } from '../src/job.ts';
import type { TaskType } from '../src/messages.ts';
import type { MediaPlan } from '../src/plan.ts';

/** A film of one picture and one sound track, as its head describes it. */
export const INSPECTION: Inspection = {
  sourceKey: 'uploads/u/source',
  container: 'mov,mp4',
  sizeBytes: 1000,
  claimedDurationSec: 60,
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
    startSec: 0.021,
    interlaced: false,
    fieldOrder: 'progressive',
    pixelFormat: 'yuv420p',
    hdr: 'none',
    colorPrimaries: 'bt709',
    colorTransfer: 'bt709',
    colorMatrix: 'bt709',
    colorRange: 'tv',
  },
  audio: [{ streamIndex: 1, codec: 'aac', channels: 2, startSec: 0, language: 'en', title: 'English', default: true }],
  subtitles: [],
  chapters: [{ startSec: 0, endSec: 60, title: 'All of it' }],
  notes: [],
};

export const SEGMENT_FRAMES = 96;

const RUNG = {
  name: 'h264-360',
  nominalPx: 360,
  widthPx: 640,
  heightPx: 360,
  maxrateBps: 1_000_000,
  bufsizeBits: 2_000_000,
};

const AUDIO = {
  name: 'en-0',
  streamIndex: 1,
  channels: 2 as const,
  bitrateBps: 128_000,
  language: 'en',
  title: 'English',
  default: true,
  offsetSec: 0,
};

export function newFilmJob(): MediaProcessingJob {
  return newJob({
    id: '01jobjobjobjobjobjobjobjob' as JobId,
    movieId: '01moviemoviemoviemoviemovi' as MovieId,
    sourceKey: 'uploads/u/source',
    fileName: 'film.mp4',
    sizeBytes: 1000,
    nowMs: 1,
  });
}

/**
 * Plans a film of `chunks` chunks of one segment each, the first known from the head, as many sound windows,
 * one storyboard sheet for each ten chunks, and posters.
 */
export function planner(chunks: number): Planner {
  const plan: MediaPlan = {
    fps: { num: 24, den: 1 },
    segmentFrames: SEGMENT_FRAMES,
    timescale: 1008,
    ticksPerFrame: 42,
    rungs: [RUNG],
    audio: [AUDIO],
    frameCount: null,
    chunkCount: null,
    storyboard: null,
  };
  const storyboard = {
    intervalSec: 4,
    tileWidthPx: 320,
    tileHeightPx: 180,
    columns: 10,
    rows: 10,
    tileCount: chunks,
  };
  return {
    opening: (job) => ({ plan, tasks: [chunkTask(job, 0, chunks), windowTask(job, 0, chunks)] }),
    rest(job, _inspection, begun) {
      const later = Array.from({ length: chunks - 1 }, (_, i) => i + 1);
      const tasks: NewTask[] = later.flatMap((i) => [chunkTask(job, i, chunks), windowTask(job, i, chunks)]);
      for (let sheet = 0; sheet * 10 < chunks; sheet++) {
        const mine = Array.from({ length: Math.min(10, chunks - sheet * 10) }, (_, i) => sheet * 10 + i);
        const frames = mine.map((segment) => segment * SEGMENT_FRAMES);
        tasks.push(thumbnailTask(job, `sheet-${sheet}`, 50, { kind: 'storyboard', sheet, storyboard, frames }));
      }
      tasks.push(thumbnailTask(job, 'posters', 60, { kind: 'posters', segments: [Math.floor(chunks / 2)], count: 1 }));
      return { plan: { ...begun, frameCount: chunks * SEGMENT_FRAMES, chunkCount: chunks, storyboard }, tasks };
    },
  };
}

function common(job: MediaProcessingJob, kind: string, piece: string) {
  const id = taskId(job.id, kind, piece);
  return {
    row: { id, jobId: job.id, piece },
    ids: { jobId: job.id, movieId: job.movieId, taskId: id, outputPrefix: job.outputPrefix },
    source: { sourceKey: 'uploads/u/source', containerStartSec: 0 },
  };
}

export function chunkTask(job: MediaProcessingJob, index: number, chunks: number): NewTask<'video.transcode'> {
  const { row, ids, source } = common(job, 'transcode', String(index).padStart(5, '0'));
  const startFrame = index * SEGMENT_FRAMES;
  return {
    ...row,
    type: 'video.transcode',
    order: index === 0 ? 10 : 100 + index,
    payload: {
      ...ids,
      ...source,
      video: INSPECTION.video,
      fps: { num: 24, den: 1 },
      chunk: { index, startFrame, frames: SEGMENT_FRAMES, seekSec: startFrame / 24, last: index === chunks - 1 },
      segmentFrames: SEGMENT_FRAMES,
      timescale: 1008,
      ticksPerFrame: 42,
      rungs: [RUNG],
      threads: 1,
      preset: 'veryfast',
      crf: 23,
      cpuIndependent: true,
    },
  };
}

export function windowTask(job: MediaProcessingJob, index: number, chunks: number): NewTask<'video.encode_audio'> {
  const { row, ids, source } = common(job, 'encode_audio', `en-0:${String(index).padStart(3, '0')}`);
  return {
    ...row,
    type: 'video.encode_audio',
    order: index === 0 ? 10 : 20 + index,
    payload: {
      ...ids,
      ...source,
      track: INSPECTION.audio[0] as Inspection['audio'][number],
      rendition: AUDIO,
      zeroSec: 0,
      window: {
        index,
        firstSegment: index,
        segmentFrames: [index * 188, (index + 1) * 188],
        last: index === chunks - 1,
      },
    },
  };
}

export function thumbnailTask(
  job: MediaProcessingJob,
  piece: string,
  order: number,
  work: NewTask<'video.generate_thumbnails'>['payload']['work'],
): NewTask<'video.generate_thumbnails'> {
  const { row, ids } = common(job, 'generate_thumbnails', piece);
  return {
    ...row,
    type: 'video.generate_thumbnails',
    order,
    payload: { ...ids, rungs: [RUNG], segmentFrames: SEGMENT_FRAMES, fps: { num: 24, den: 1 }, work },
  };
}

/** What a worker would leave for a task. */
export function resultFor(task: NewTask, chunks: number): TaskResult<TaskType> {
  switch (task.type) {
    case 'video.inspect':
      if (task.piece === 'head') return { scope: 'head', inspection: INSPECTION };
      return {
        scope: 'index',
        index: {
          frameCount: chunks * SEGMENT_FRAMES,
          sourceFrameCount: chunks * SEGMENT_FRAMES,
          keyframesSec: [0],
          maxFrameGapSec: 0.05,
        },
      };
    case 'video.transcode': {
      const { chunk } = (task as Task<'video.transcode'>).payload;
      return { chunk: chunk.index, rungs: [], toolSpeed: 1 };
    }
    case 'video.encode_audio': {
      const { window } = (task as Task<'video.encode_audio'>).payload;
      return { rendition: 'en-0', window: window.index, codecs: 'mp4a.40.2', initSha256: '', segments: [] };
    }
    case 'video.package': {
      const { throughChunk, final } = (task as Task<'video.package'>).payload;
      return { throughChunk, final, totalBytes: 1, decoded: false };
    }
    default:
      return task.piece === 'posters'
        ? { kind: 'posters', posters: [{ key: 'p/0.jpg', atSec: 1, score: 1, widthPx: 640, heightPx: 360 }] }
        : { kind: 'storyboard', sheet: 0, tiles: 1, sizeBytes: 1 };
  }
}
