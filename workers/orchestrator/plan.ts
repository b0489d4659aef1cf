import type { Planner } from '@marquee/core/advance';
import type { Analysis } from '@marquee/core/analysis';
import { filmChapters } from '@marquee/core/chapters';
import type { Config } from '@marquee/core/config';
import type { SpeechProviderConfig } from '@marquee/core/config-providers';
import { taskId } from '@marquee/core/ids';
import type { Inspection } from '@marquee/core/inspection';
import type { MediaProcessingJob, NewTask } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import {
  type AudioRendition,
  type AudioWindow,
  type Chunk,
  type MediaPlan,
  planDurationSec,
  type SubtitleRendition,
  segmentSecOf,
  tilesPerSheet,
} from '@marquee/core/plan';
import { openingWindow, planAudio, planWindows, trackOf } from '@marquee/media/audio';
import { ladderPixels, openingChunk, planChunks, segmentFramesOf } from '@marquee/media/chunks';
import { planDubs } from '@marquee/media/dub';
import { planLadder } from '@marquee/media/ladder';
import { planStoryboard } from '@marquee/media/storyboard';
import { planSubtitles } from '@marquee/media/subtitles';
import { planTranslations } from '@marquee/media/translations';

/** Encoder threads of all chunks but the opening: as many chunks run at once as there are cores. */
const CHUNK_THREADS = 1;
/** The opening gets a thread for every so many pixels of a frame of the ladder: a 720p one is made in about a second. */
const OPENING_PIXELS_A_THREAD = 2_000_000;
const MAX_OPENING_THREADS = 4;
/** Poster candidates kept, and passages of the film looked at for them. */
const POSTER_COUNT = 4;
const POSTER_PASSAGES = 16;
/** Posters come from this part of the film: past the logos, before the end is given away. */
const POSTER_RANGE = { from: 0.05, to: 0.75 };

/** Orders of magnitude apart, so that the opening's work goes first and thumbnails do not hold up the picture. */
const ORDER = {
  opening: 10,
  subtitles: 15,
  audio: 20,
  models: 40,
  translations: 45,
  dubs: 46,
  chunks: 100,
  storyboard: 50,
  posters: 60,
};
/** What comes when the film is ready, one after another: each may read what those before it left. */
const ANALYSIS_ORDER: Record<Analysis, number> = { shots: 1000, skips: 1400, describe: 1900, sights: 1950 };

/** What films become besides their picture and sound. */
interface PlannedExtras {
  /** The model that hears the words of films without subtitles. */
  speech: Config['speech'];
  /** What a service outside hears of them; null where there is none. */
  speechService: SpeechProviderConfig['languages'] | null;
  /** Whether words are read off pictures. */
  ocr: Config['ocr'];
  /** What is found out about films when they are ready. */
  analyses: readonly Analysis[];
  /** Languages that films without subtitles in them are translated into. */
  translateTo: readonly string[];
  /** Languages that films without a sound track in them are dubbed into. */
  dubTo: readonly string[];
}

/**
 * Makes the planner that the orchestrator advances jobs with. Pure: the same film and settings give the same tasks.
 *
 * @param extras what is made besides; by default nothing
 */
export function createPlanner(encode: Config['encode'], extras: Partial<PlannedExtras> = {}): Planner {
  const { speech = 'off', speechService = null, ocr = 'off', analyses = [], translateTo = [], dubTo = [] } = extras;
  return {
    opening(job, inspection) {
      const { fps } = inspection.video;
      const scale = Math.ceil(1000 / fps.num);
      const plan: MediaPlan = {
        fps,
        segmentFrames: segmentFramesOf(fps),
        // At least a thousand ticks a second, and a whole number of them per frame.
        timescale: fps.num * scale,
        ticksPerFrame: fps.den * scale,
        rungs: planLadder(inspection.video, Math.min(encode.maxRungPx, job.maxRungPx ?? Number.POSITIVE_INFINITY)),
        audio: planAudio(inspection),
        ...withSubtitles(job, inspection, { speech, speechService, ocr, translateTo }),
        frameCount: null,
        chunkCount: null,
        storyboard: null,
      };
      const subtitles = (plan.subtitles ?? [])
        .filter((rendition) => !isByModel(rendition))
        .map((rendition) => subtitleTask(job, inspection, plan, rendition));
      const chunk = openingChunk(plan.segmentFrames, fps, inspection.claimedDurationSec);
      if (!chunk) return { plan, tasks: subtitles };
      const tasks: NewTask[] = [
        transcodeTask(job, inspection, plan, chunk, openingThreads(plan), encode),
        ...subtitles,
      ];
      for (const rendition of plan.audio)
        tasks.push(audioTask(job, inspection, rendition, openingWindow(segmentSecOf(plan))));
      return { plan, tasks };
    },

    rest(job, inspection, begun, index) {
      const opening = openingChunk(begun.segmentFrames, begun.fps, inspection.claimedDurationSec);
      const chunks = planChunks(inspection, index, begun, opening);
      const { storyboard, frames } = planStoryboard(begun, index.frameCount);
      const { frameCount } = index;
      const dubs = planDubs(begun.audio, begun.subtitles ?? [], dubTo);
      const plan: MediaPlan = {
        ...begun,
        ...(dubs.length > 0 ? { dubs } : {}),
        frameCount,
        chunkCount: chunks.length + (opening ? 1 : 0),
        storyboard,
      };
      const durationSec = (index.frameCount * plan.fps.den) / plan.fps.num;
      const tasks: NewTask[] = chunks.map((chunk) =>
        transcodeTask(job, inspection, plan, chunk, CHUNK_THREADS, encode),
      );
      for (const rendition of plan.audio) {
        const windows = planWindows(
          durationSec,
          segmentSecOf(plan),
          opening ? openingWindow(segmentSecOf(plan)) : null,
        );
        tasks.push(...windows.map((window) => audioTask(job, inspection, rendition, window)));
      }
      // Hearing and translating a film takes minutes, reading pictures one: nothing of it may be in the way of the opening.
      for (const rendition of plan.subtitles ?? [])
        if (isByModel(rendition)) tasks.push(subtitleTask(job, inspection, plan, rendition));
      tasks.push(...(plan.dubs ?? []).map((dub) => dubTask(job, inspection, plan, { ...dub, frameCount })));
      const perSheet = tilesPerSheet(storyboard);
      for (let sheet = 0; sheet * perSheet < frames.length; sheet++) {
        const mine = frames.slice(sheet * perSheet, (sheet + 1) * perSheet);
        tasks.push(
          thumbnailTask(job, plan, `sheet-${pad(sheet, 3)}`, ORDER.storyboard, {
            kind: 'storyboard',
            sheet,
            storyboard,
            frames: mine,
          }),
        );
      }
      tasks.push(
        thumbnailTask(job, plan, 'posters', ORDER.posters, {
          kind: 'posters',
          segments: posterSegments(plan, index.frameCount),
          count: POSTER_COUNT,
        }),
        ...analyses.map((analysis) => analysisTask(job, inspection, plan, analysis)),
      );
      return { plan, tasks };
    },
  };
}

/** Follows from the film alone, never from the machine: the bytes depend on it. */
function openingThreads(plan: MediaPlan): number {
  return Math.min(MAX_OPENING_THREADS, Math.ceil(ladderPixels(plan.rungs) / OPENING_PIXELS_A_THREAD));
}

/** Segments to look for posters in, spread evenly; at least one, and none of the film's last, short one if there are others. */
function posterSegments(plan: MediaPlan, frameCount: number): number[] {
  const whole = Math.max(1, Math.floor(frameCount / plan.segmentFrames));
  const from = Math.floor(whole * POSTER_RANGE.from);
  const to = Math.max(from + 1, Math.ceil(whole * POSTER_RANGE.to));
  const count = Math.min(POSTER_PASSAGES, to - from);
  return Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
}

function common(job: MediaProcessingJob, kind: string, piece: string) {
  const id = taskId(job.id, kind, piece);
  return { id, ids: { jobId: job.id, movieId: job.movieId, taskId: id, outputPrefix: job.outputPrefix } };
}

function transcodeTask(
  job: MediaProcessingJob,
  inspection: Inspection,
  plan: MediaPlan,
  chunk: Chunk,
  threads: number,
  encode: Config['encode'],
): NewTask<'video.transcode'> {
  const piece = pad(chunk.index, 5);
  const { id, ids } = common(job, 'transcode', piece);
  return row(job, id, 'video.transcode', piece, chunk.index === 0 ? ORDER.opening : ORDER.chunks + chunk.index, {
    ...ids,
    sourceKey: inspection.sourceKey,
    containerStartSec: inspection.containerStartSec,
    video: inspection.video,
    fps: plan.fps,
    chunk,
    segmentFrames: plan.segmentFrames,
    timescale: plan.timescale,
    ticksPerFrame: plan.ticksPerFrame,
    rungs: plan.rungs,
    threads,
    preset: encode.preset,
    crf: encode.crf,
    cpuIndependent: encode.cpuIndependent,
  });
}

function audioTask(
  job: MediaProcessingJob,
  inspection: Inspection,
  rendition: AudioRendition,
  window: AudioWindow,
): NewTask<'video.encode_audio'> {
  const piece = `${rendition.name}:${pad(window.index, 3)}`;
  const { id, ids } = common(job, 'encode_audio', piece);
  return row(job, id, 'video.encode_audio', piece, window.index === 0 ? ORDER.opening : ORDER.audio + window.index, {
    ...ids,
    sourceKey: inspection.sourceKey,
    containerStartSec: inspection.containerStartSec,
    track: trackOf(inspection, rendition),
    rendition,
    zeroSec: inspection.video.startSec,
    window,
  });
}

/**
 * Cues beyond are none of the film's. Its length is the container's claim as yet, and no more than near the truth; the
 * playlists end with the film in any case.
 */
function untilSecOf({ claimedDurationSec }: Inspection): number | null {
  return claimedDurationSec > 0 ? Math.ceil(claimedDurationSec * 1.1) + 60 : null;
}

/** Films without subtitles are planned as ever. */
function withSubtitles(
  job: MediaProcessingJob,
  inspection: Inspection,
  { speech, speechService, ocr, translateTo }: Omit<PlannedExtras, 'analyses' | 'dubTo'>,
): Pick<MediaPlan, 'subtitles'> {
  const subtitles = planSubtitles(inspection, job.uploadedSubtitles, speech, ocr, speechService);
  const translations = planTranslations(subtitles, translateTo, job.uploadedSubtitles);
  return subtitles.length > 0 ? { subtitles: [...subtitles, ...translations] } : {};
}

function isByModel({ automatic, ocr, translated }: SubtitleRendition): boolean {
  return automatic !== undefined || ocr !== undefined || translated !== undefined;
}

function subtitleTask(
  job: MediaProcessingJob,
  inspection: Inspection,
  plan: MediaPlan,
  rendition: SubtitleRendition,
): NewTask<'video.generate_subtitles'> {
  const { id, ids } = common(job, 'generate_subtitles', rendition.name);
  const order = rendition.translated ? ORDER.translations : isByModel(rendition) ? ORDER.models : ORDER.subtitles;
  return row(job, id, 'video.generate_subtitles', rendition.name, order, {
    ...ids,
    sourceKey: inspection.sourceKey,
    containerStartSec: inspection.containerStartSec,
    container: inspection.container,
    rendition,
    zeroSec: inspection.video.startSec,
    untilSec: untilSecOf(inspection),
    segmentFrames: plan.segmentFrames,
    fps: plan.fps,
  });
}

function dubTask(
  job: MediaProcessingJob,
  inspection: Inspection,
  plan: MediaPlan,
  dub: NonNullable<NewTask<'video.generate_subtitles'>['payload']['dub']>,
): NewTask<'video.generate_subtitles'> {
  const marks = { title: '', default: false, forced: false, hearingImpaired: false, dubbed: true } as const;
  const { name, language, streamIndex } = dub;
  const task = subtitleTask(job, inspection, plan, { name, language, streamIndex, codec: 'webvtt', ...marks });
  return { ...task, order: ORDER.dubs, payload: { ...task.payload, dub } };
}

function thumbnailTask(
  job: MediaProcessingJob,
  plan: MediaPlan,
  piece: string,
  order: number,
  work: NewTask<'video.generate_thumbnails'>['payload']['work'],
): NewTask<'video.generate_thumbnails'> {
  const { id, ids } = common(job, 'generate_thumbnails', piece);
  return row(job, id, 'video.generate_thumbnails', piece, order, {
    ...ids,
    rungs: plan.rungs,
    segmentFrames: plan.segmentFrames,
    fps: plan.fps,
    work,
  });
}

function analysisTask(
  job: MediaProcessingJob,
  inspection: Inspection,
  plan: MediaPlan,
  analysis: Analysis,
): NewTask<'video.ai_analysis'> {
  const { id, ids } = common(job, 'ai_analysis', analysis);
  return row(job, id, 'video.ai_analysis', analysis, ANALYSIS_ORDER[analysis], {
    ...ids,
    sourceKey: inspection.sourceKey,
    containerStartSec: inspection.containerStartSec,
    analysis,
    plan,
    hasChapters: filmChapters(inspection, planDurationSec(plan)).length > 0,
  });
}

function row<T extends TaskType>(
  job: MediaProcessingJob,
  id: NewTask['id'],
  type: T,
  piece: string,
  order: number,
  payload: NewTask<T>['payload'],
): NewTask<T> {
  return { id, jobId: job.id, type, piece, order, payload };
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
