import { execFileSync } from 'node:child_process';
import type { Inspection, SubtitleTrack } from '@marquee/core/inspection';
import type { Chunk, MediaPlan } from '@marquee/core/plan';
import { planAudio } from '@marquee/media/audio';
import { segmentFramesOf } from '@marquee/media/chunks';
import { planLadder } from '@marquee/media/ladder';

/** A film of 1280 x 720 at 24 frames a second with stereo and a 5.1 track, whose picture starts a little late. */
export const INSPECTION: Inspection = {
  sourceKey: 'uploads/u/source',
  container: 'mov',
  sizeBytes: 1000,
  claimedDurationSec: 89,
  containerStartSec: 0,
  video: {
    streamIndex: 0,
    codec: 'h264',
    codedWidthPx: 1280,
    codedHeightPx: 720,
    displayWidthPx: 1280,
    displayHeightPx: 720,
    rotationDeg: 0,
    fps: { num: 24, den: 1 },
    variableFrameRate: false,
    startSec: 0.020996,
    interlaced: false,
    fieldOrder: 'progressive',
    pixelFormat: 'yuv420p',
    hdr: 'none',
    colorPrimaries: 'bt709',
    colorTransfer: 'bt709',
    colorMatrix: 'bt709',
    colorRange: 'tv',
  },
  audio: [
    { streamIndex: 1, codec: 'aac', channels: 2, startSec: 0, language: 'en', title: '', default: true },
    { streamIndex: 2, codec: 'ac3', channels: 6, startSec: 0, language: 'de', title: 'Kino & "Saal"', default: false },
  ],
  subtitles: [],
  chapters: [],
  notes: [],
};

/** A track as a file describes it. */
export function textTrack(streamIndex: number, codec: string, language: string, more: Partial<SubtitleTrack> = {}) {
  const marks = { default: false, forced: false, hearingImpaired: false };
  return { streamIndex, codec, language, title: '', ...marks, ...more };
}

/** The plan of a film, before anything but its head is known. */
export function planOf(inspection: Inspection): MediaPlan {
  const { fps } = inspection.video;
  return {
    fps,
    segmentFrames: segmentFramesOf(fps),
    timescale: 1008,
    ticksPerFrame: 42,
    rungs: planLadder(inspection.video, 2160),
    audio: planAudio(inspection),
    frameCount: null,
    chunkCount: null,
    storyboard: null,
  };
}

/** What one chunk of a film is encoded from. */
export function chunkPayload(inspection: Inspection, chunk: Chunk) {
  const plan = planOf(inspection);
  return {
    jobId: 'j' as never,
    movieId: 'm' as never,
    taskId: 't' as never,
    outputPrefix: 'media/m/j/',
    sourceKey: inspection.sourceKey,
    containerStartSec: inspection.containerStartSec,
    video: inspection.video,
    fps: plan.fps,
    chunk,
    segmentFrames: plan.segmentFrames,
    timescale: plan.timescale,
    ticksPerFrame: plan.ticksPerFrame,
    rungs: plan.rungs,
    threads: 1,
    preset: 'veryfast',
    crf: 23,
    cpuIndependent: false,
  };
}

/** Runs ffmpeg to make a film or to look at one. */
export function ffmpeg(cwd: string, ...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...args], { cwd });
}
