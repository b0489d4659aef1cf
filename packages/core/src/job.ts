import type { Loudness } from './analysis.ts';
import type { Chapter } from './chapters.ts';
import type { Description } from './description.ts';
import type { ErrorCode } from './errors.ts';
import type { JobId, MovieId, TaskId } from './ids.ts';
import type { Inspection, SourceIndex } from './inspection.ts';
import type { Payload, TaskType } from './messages.ts';
import type { UploadedSubtitles } from './movie.ts';
import type { MediaPlan } from './plan.ts';
import type { SightsSummary } from './sights.ts';
import type { FoundSkip } from './skips.ts';

/** `pending` until an orchestrator has seen it; `ready` means checked. The last three are ends. */
export type JobStatus = 'pending' | 'processing' | 'ready' | 'failed' | 'cancelled';
/** `waiting` for its needs, `ready` to be claimed (its message may or may not be out), `running` under a lease. */
export type TaskStatus = 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'cancelled';

export const JOB_STATUSES: JobStatus[] = ['pending', 'processing', 'ready', 'failed', 'cancelled'];

/** What of a finished version stands in storage, by kind; playlists, which are small, are not counted. */
export interface PublishedBytes {
  pictureBytes: number;
  soundBytes: number;
  stillBytes: number;
}

/** Whose work goes first where it has to wait: no finer than what two lanes can hold apart. */
export const PRIORITIES = { ahead: 1, inTurn: 0, behind: -1 } as const;
export type Priority = keyof typeof PRIORITIES;

/** @returns the name of a job's priority, whatever its number */
export function priorityOf(job: { priority: number }): Priority {
  if (job.priority === 0) return 'inTurn';
  return job.priority > 0 ? 'ahead' : 'behind';
}

/** A failure as it is stored and shown. */
export interface Failure {
  code: ErrorCode;
  message: string;
}

/** One film on its way to being a stream: the row that everything about it hangs on. */
export interface MediaProcessingJob {
  id: JobId;
  movieId: MovieId;
  status: JobStatus;
  /** Raised by one at every write; a writer names the version it read (compare-and-set). */
  version: number;
  sourceKey: string;
  fileName: string;
  sizeBytes: number;
  /** 0 is in turn; a job above it goes ahead of others, one below it behind them (`PRIORITIES`). */
  priority: number;
  /** Highest rung that its ladder may have, beside the configuration's; null or undefined for any. */
  maxRungPx?: number | null;
  /** What people had uploaded when the job began, which its playlists list; absent where there was none. */
  uploadedSubtitles?: UploadedSubtitles[];
  inspection: Inspection | null;
  plan: MediaPlan | null;
  /** Chunks that the published playlist lists. */
  packagedChunks: number;
  /** Objects of this version start with it; ends in a slash. */
  outputPrefix: string;
  error: (Failure & { taskId: TaskId | null }) | null;
  /** Of a ready job, once the film points at it; null before, and undefined if an earlier version of Marquee made it. */
  published?: PublishedBytes | null;
  /** W3C Trace Context of what began it, of which all that is done for it is part. */
  traceparent: string | null;
  /** When sending of the file began; absent where it stood already, as for a film that is made again. */
  uploadBeganAtMs?: number;
  createdAtMs: number;
  updatedAtMs: number;
  playableAtMs: number | null;
  finishedAtMs: number | null;
  /**
   * When the job's end was carried out: the movie points at a ready version, or no longer at the opening of one
   * that failed, and the objects of a cancelled one are gone. Null until then, so that a sweep finishes it.
   */
  settledAtMs: number | null;
  /** When its media was removed, long after a newer version took its place; absent while it stands. */
  mediaRemovedAtMs?: number;
}

/** One stretch of a task's life on one worker, for the timeline. */
export interface TaskRun {
  worker: string;
  startedAtMs: number;
  endedAtMs: number | null;
  /** `done`, an error code, or null while it runs or when its worker vanished. */
  outcome: 'done' | ErrorCode | null;
  /** The first `KEPT_TOOLS` media tools of it to end, in that order; absent where there were none. */
  tools?: ToolRun[];
}

/** How many media tools of one run are kept. */
export const KEPT_TOOLS = 50;

/** One run of a media tool. */
export interface ToolRun {
  tool: 'ffmpeg' | 'ffprobe';
  startedAtMs: number;
  tookMs: number;
  /** `done`, or an error code. */
  outcome: 'done' | ErrorCode;
}

export interface Task<T extends TaskType = TaskType> {
  id: TaskId;
  jobId: JobId;
  type: T;
  /** Which piece of its type: `head`, `00012`, `en-0:003`. */
  piece: string;
  /** Order in which tasks are opened: lower first. */
  order: number;
  status: TaskStatus;
  /** Attempts spent: failures that counted. */
  attempts: number;
  /** Raised by one at every claim; a holder's later writes carry it. */
  fence: number;
  leaseHolder: string | null;
  leaseUntilMs: number | null;
  /** Not to be claimed before, in milliseconds since 1970; 0 for at once. */
  notBeforeMs: number;
  /** When its message was last accepted by the queue; null means that a sweep must publish it. */
  publishedAtMs: number | null;
  /** Share done, in `[0, 1]`. */
  progress: number;
  payload: Payload<T>;
  result: TaskResult<T> | null;
  error: Failure | null;
  runs: TaskRun[];
}

/** A task without what it works on and what it made: what changes while it is carried out. */
export type TaskState = Omit<Task, 'payload' | 'result'>;

/** A finished segment as it stands in storage. */
export interface SegmentFacts {
  sizeBytes: number;
  /** In ticks of the track's timescale. */
  durationTicks: number;
  /** Bytes from the segment's start to the end of its first picture (video only), for I-frame playlists. */
  firstFrameBytes: number;
}

export interface RungResult {
  rung: string;
  /** RFC 6381, such as `avc1.64001f`. */
  codecs: string;
  initSha256: string;
  segments: SegmentFacts[];
}

/** What became of one analysis. */
export interface AnalysisResult {
  /** Why there is none, in a sentence for the admin; null if there is. */
  leftOut: string | null;
  shots?: number;
  scenes?: number;
  /** Made ones: none where the source names its own. */
  chapters?: Chapter[];
  /** Of the sound; null where there is none to be measured. */
  loudness?: Loudness | null;
  silences?: number;
  /** Of the one that looks at its frames. */
  sights?: SightsSummary;
  /** Of the one that looks for opening titles and credits: what it found. */
  skips?: FoundSkip[];
  /** Of the one that describes the film. */
  description?: Description;
}

/** What became of one subtitle track. */
export interface SubtitlesResult {
  /** Why the track is not published, in a sentence for the admin; null if it is. */
  leftOut: string | null;
  cues: number;
  /** Of the whole track as one file. */
  sizeBytes: number;
  /** Those with any words: number and size in bytes, ascending. All others are one and the same empty one. */
  segments: [index: number, sizeBytes: number][];
  /** Of a dub, which has no segments but these. */
  sound?: { codecs: string; initSha256: string; segments: SegmentFacts[] };
}

interface Results {
  'video.inspect': { scope: 'head'; inspection: Inspection } | { scope: 'index'; index: SourceIndex };
  'video.transcode': { chunk: number; rungs: RungResult[]; toolSpeed: number };
  'video.encode_audio': {
    rendition: string;
    window: number;
    codecs: string;
    initSha256: string;
    segments: SegmentFacts[];
  };
  'video.generate_thumbnails':
    | { kind: 'storyboard'; sheet: number; tiles: number; sizeBytes: number }
    | { kind: 'posters'; posters: { key: string; atSec: number; score: number; widthPx: number; heightPx: number }[] };
  'video.generate_subtitles': SubtitlesResult;
  'video.ai_analysis': AnalysisResult;
  /** `decoded`: a sample of every rung of the whole film was decoded, and gave the frames it should. */
  'video.package': {
    throughChunk: number;
    final: boolean;
    totalBytes: number;
    decoded: boolean;
    /** Of the final one: what was found when the whole was checked. */
    published?: PublishedBytes;
  };
}
/** What a task leaves for those after it. */
export type TaskResult<T extends TaskType = TaskType> = Results[T];

/** A task as planned, before it is a row. */
export interface NewTask<T extends TaskType = TaskType> {
  id: TaskId;
  jobId: JobId;
  type: T;
  piece: string;
  order: number;
  payload: Payload<T>;
}

/** @returns true when no more work will be done for the job unless a person asks. */
export function isOver(status: JobStatus): boolean {
  return status === 'ready' || status === 'failed' || status === 'cancelled';
}

/** @returns a fresh row for a planned task, waiting. */
export function taskRow<T extends TaskType>(planned: NewTask<T>): Task<T> {
  return {
    ...planned,
    status: 'waiting',
    attempts: 0,
    fence: 0,
    leaseHolder: null,
    leaseUntilMs: null,
    notBeforeMs: 0,
    publishedAtMs: null,
    progress: 0,
    result: null,
    error: null,
    runs: [],
  };
}

/** @returns the folder of all that is made of one version of a film, with a slash at its end */
export function outputPrefixOf(movieId: MovieId, jobId: JobId): string {
  return `media/${movieId}/${jobId}/`;
}

/** @returns a fresh job for an uploaded film, pending. */
export function newJob(facts: {
  id: JobId;
  movieId: MovieId;
  sourceKey: string;
  fileName: string;
  sizeBytes: number;
  nowMs: number;
  priority?: number;
  maxRungPx?: number | null;
  traceparent?: string | null;
  uploadBeganAtMs?: number;
  uploadedSubtitles?: readonly UploadedSubtitles[];
}): MediaProcessingJob {
  return {
    id: facts.id,
    movieId: facts.movieId,
    status: 'pending',
    version: 0,
    sourceKey: facts.sourceKey,
    fileName: facts.fileName,
    sizeBytes: facts.sizeBytes,
    priority: facts.priority ?? 0,
    maxRungPx: facts.maxRungPx ?? null,
    ...(facts.uploadedSubtitles?.length ? { uploadedSubtitles: [...facts.uploadedSubtitles] } : {}),
    inspection: null,
    plan: null,
    packagedChunks: 0,
    outputPrefix: outputPrefixOf(facts.movieId, facts.id),
    error: null,
    published: null,
    traceparent: facts.traceparent ?? null,
    ...(facts.uploadBeganAtMs === undefined ? {} : { uploadBeganAtMs: facts.uploadBeganAtMs }),
    createdAtMs: facts.nowMs,
    updatedAtMs: facts.nowMs,
    playableAtMs: null,
    finishedAtMs: null,
    settledAtMs: null,
  };
}

/** Jobs that ended in one stretch of time. */
export interface EndedSlot {
  /** Start of the stretch, in milliseconds since 1970. */
  fromMs: number;
  ready: number;
  failed: number;
  cancelled: number;
  /** Length of the films that became ready, in milliseconds. */
  filmMs: number;
}

/** What is kept for films, by kind. */
export interface StoredBytes extends PublishedBytes {
  /** Uploaded files, each once, however many versions were made of it. */
  sourceBytes: number;
  /** Ready jobs of which it is not known what they published. */
  uncounted: number;
}
