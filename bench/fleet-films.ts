import type { Inspection } from '@marquee/core/inspection';
import { type MediaPlan, tilesPerSheet } from '@marquee/core/plan';
import { openingWindow, planWindows } from '@marquee/media/audio';
import { openingChunk, planChunks, segmentFramesOf } from '@marquee/media/chunks';
import { planLadder } from '@marquee/media/ladder';
import { planStoryboard } from '@marquee/media/storyboard';
import type { FleetTask } from './fleet-graph.ts';

/**
 * Kinds of tasks whose times differ in kind: `head` and `index` are inspections; `opening` is the first chunk and
 * `chunk` any other; `playlist` is a write of what stands so far, `whole` the one that decodes samples as well,
 * `final` the last.
 */
type TaskKind = 'head' | 'index' | 'opening' | 'chunk' | 'audio' | 'sheet' | 'posters' | 'playlist' | 'whole' | 'final';

/** What tasks take on one worker: so much each, and so much for every second of film in it, in milliseconds. */
export type MeasuredTimes = Record<TaskKind, { eachMs: number; perFilmSecMs: number }>;

/** A task of a film, with what its time was reckoned from. */
export interface FilmTask extends FleetTask {
  kind: TaskKind;
  /** Seconds of film that it makes or reads. */
  filmSec: number;
}

/** What a film to plan for looks like. */
export interface FilmShape {
  durationSec: number;
  widthPx: number;
  heightPx: number;
  /** Pictures a second: a whole number. */
  fps: number;
  /** Stereo sound tracks. */
  audioTracks: number;
  /** From one of the source's keyframes to the next, in seconds; chunks like to begin at one. */
  keyframeSec: number;
  times: MeasuredTimes;
}

const POSTER_PASSAGES = 16;
const POSTER_RANGE = { from: 0.05, to: 0.75 };
/** Work of an order below this goes before the rest of all films. */
const OPENING_ORDER = 20;
const ORDER = { head: 0, playlist: 1, index: 2, opening: 10, audio: 20, storyboard: 50, posters: 60, chunks: 100 };
const URGENT_PRIORITY = 5;

/**
 * The tasks that the orchestrator makes of a film of this shape, cut by the planners of the product itself, with
 * the same names (`transcode:00012`), needs, order and priority. It differs in one thing: which playlists are
 * written between the opening's and the whole film's depends on the moment, so here are the most that can be; they
 * wait for their chunks and not for each other, and the whole film's waits for the last of them.
 */
export function filmTasks(shape: FilmShape): FilmTask[] {
  const { durationSec, times } = shape;
  const fps = { num: shape.fps, den: 1 };
  const inspection = inspectionOf(shape);
  const frameCount = Math.round(durationSec * shape.fps);
  const index = {
    frameCount,
    sourceFrameCount: frameCount,
    keyframesSec: Array.from({ length: Math.ceil(durationSec / shape.keyframeSec) }, (_, i) => i * shape.keyframeSec),
    maxFrameGapSec: 1 / shape.fps,
  };
  const begun = {
    fps,
    segmentFrames: segmentFramesOf(fps),
    timescale: 1000 * shape.fps,
    ticksPerFrame: 1000,
    rungs: planLadder(inspection.video, 2160),
    audio: [],
    frameCount: null,
    chunkCount: null,
    storyboard: null,
  } satisfies MediaPlan;
  const segmentSec = begun.segmentFrames / shape.fps;
  const opening = openingChunk(begun.segmentFrames, fps, durationSec);
  const chunks = [...(opening ? [opening] : []), ...planChunks(inspection, index, begun, opening)];
  const planned: (FilmTask & { order: number })[] = [];

  function add(id: string, kind: TaskKind, order: number, filmSec: number, after: readonly string[]): string {
    const { eachMs, perFilmSecMs } = times[kind];
    const priority = order < OPENING_ORDER ? URGENT_PRIORITY : 0;
    const ms = eachMs + filmSec * perFilmSecMs;
    planned.push({ id, type: typeOf(kind), kind, ms, after, priority, opening: false, order, filmSec });
    return id;
  }

  const head = add('inspect:head', 'head', ORDER.head, 0, []);
  const indexed = add('inspect:index', 'index', ORDER.index, durationSec, [head]);
  const video = chunks.map((chunk) => {
    const isOpening = chunk.index === 0;
    const order = isOpening ? ORDER.opening : ORDER.chunks + chunk.index;
    const kind = opening && isOpening ? 'opening' : 'chunk';
    const after = opening && isOpening ? head : indexed;
    return add(`transcode:${pad(chunk.index, 5)}`, kind, order, chunk.frames / shape.fps, [after]);
  });
  const opensWith = opening ? openingWindow(segmentSec) : null;
  const windows = [...(opensWith ? [opensWith] : []), ...planWindows(durationSec, segmentSec, opensWith)];
  const audio = inspection.audio.map((track) =>
    windows.map((window) => {
      const order = window.index === 0 ? ORDER.opening : ORDER.audio + window.index;
      const filmSec = Math.min(durationSec, (window.segmentFrames.length - 1) * segmentSec);
      const after = window === opensWith ? head : indexed;
      return add(`encode_audio:${track.title}:${pad(window.index, 3)}`, 'audio', order, filmSec, [after]);
    }),
  );

  const ends = chunks.map((chunk) => chunk.startFrame + chunk.frames);
  const chunksOf = (frames: readonly number[]) => {
    const numbers = new Set(frames.map((frame) => ends.findIndex((end) => frame < end)));
    return [indexed, ...[...numbers].map((each) => video[each] as string)];
  };
  const { storyboard, frames } = planStoryboard(begun, frameCount);
  const perSheet = tilesPerSheet(storyboard);
  for (let sheet = 0; sheet * perSheet < frames.length; sheet++) {
    const mine = frames.slice(sheet * perSheet, (sheet + 1) * perSheet);
    const id = `generate_thumbnails:sheet-${pad(sheet, 3)}`;
    add(id, 'sheet', ORDER.storyboard, mine.length * storyboard.intervalSec, chunksOf(mine));
  }
  const passages = posterSegments(Math.max(1, Math.floor(frameCount / begun.segmentFrames)));
  const passageFrames = passages.map((segment) => segment * begun.segmentFrames);
  add('generate_thumbnails:posters', 'posters', ORDER.posters, passages.length * segmentSec, chunksOf(passageFrames));

  const soundOpens = audio.map((each) => each[0] as string);
  let last: string | null = null;
  for (let through = 1; through < chunks.length; through += Math.max(1, Math.floor(through / 10))) {
    const after = [...soundOpens, ...video.slice(0, through), ...(last && through > 1 ? [playlistId(1)] : [])];
    last = add(playlistId(through), 'playlist', ORDER.playlist, (ends[through - 1] as number) / shape.fps, after);
  }
  const allOfIt = [...video, ...audio.flat(), ...(last ? [last] : [])];
  const whole = add(playlistId(chunks.length), 'whole', ORDER.playlist, durationSec, allOfIt);
  const all = planned.map(({ id }) => id);
  add('package:final', 'final', ORDER.playlist, durationSec, all);

  // What is opened first stands first; among equals the product goes by name.
  planned.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  const needed = neededFor(chunks.length > 1 ? playlistId(1) : whole, planned);
  return planned.map(({ order: _, ...task }) => ({ ...task, opening: needed.has(task.id) }));
}

/** A task and all that has to be done before it. */
function neededFor(id: string, tasks: readonly FleetTask[]): Set<string> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const needed = new Set([id]);
  for (const each of needed) for (const need of byId.get(each)?.after ?? []) needed.add(need);
  return needed;
}

function playlistId(throughChunk: number): string {
  return `package:${pad(throughChunk, 5)}`;
}

function posterSegments(whole: number): number[] {
  const from = Math.floor(whole * POSTER_RANGE.from);
  const to = Math.max(from + 1, Math.ceil(whole * POSTER_RANGE.to));
  const count = Math.min(POSTER_PASSAGES, to - from);
  return Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
}

function typeOf(kind: TaskKind): string {
  if (kind === 'head' || kind === 'index') return 'video.inspect';
  if (kind === 'opening' || kind === 'chunk') return 'video.transcode';
  if (kind === 'audio') return 'video.encode_audio';
  return kind === 'sheet' || kind === 'posters' ? 'video.generate_thumbnails' : 'video.package';
}

/** The head of such a film as an ordinary MP4; sound tracks are titled as the product names what it makes of them. */
function inspectionOf({ durationSec, widthPx, heightPx, fps, audioTracks }: FilmShape): Inspection {
  return {
    sourceKey: 'uploads/fleet/source',
    container: 'mov,mp4',
    sizeBytes: 0,
    claimedDurationSec: durationSec,
    containerStartSec: 0,
    video: {
      streamIndex: 0,
      codec: 'h264',
      codedWidthPx: widthPx,
      codedHeightPx: heightPx,
      displayWidthPx: widthPx,
      displayHeightPx: heightPx,
      rotationDeg: 0,
      fps: { num: fps, den: 1 },
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
    audio: Array.from({ length: audioTracks }, (_, i) => ({
      streamIndex: i + 1,
      codec: 'aac',
      channels: 2,
      startSec: 0,
      language: 'en',
      title: `en-${i}`,
      default: i === 0,
    })),
    subtitles: [],
    chapters: [],
    notes: [],
  };
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
