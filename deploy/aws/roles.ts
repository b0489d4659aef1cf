import type { MessageType } from '@marquee/core/messages';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { Settings } from './settings.ts';

/** What a service runs: the site, or a role of `marquee worker`. */
export type RoleName = 'web' | 'orchestrator' | 'transcode' | 'thumbnail' | 'subtitle' | 'ai';
/** Those that take work from queues and are many or none. */
export type WorkerRole = Exclude<RoleName, 'web' | 'orchestrator'>;

/** What a task of a role may do with objects: folders or endings of keys, each with the actions of S3. */
interface ObjectRights {
  read: string[];
  write: string[];
  remove: string[];
}

/** Images of deploy/docker; `ai` is a worker with the models that hear, read and understand words. */
export const IMAGES = ['web', 'worker', 'ai'] as const;
export type ImageName = (typeof IMAGES)[number];

/** What a role is given, in rights and in machines. */
interface RoleFacts {
  image: ImageName;
  /** Message types that it takes. A test holds this against the handlers of `workers/main.ts`. */
  takes: readonly MessageType[];
  /** Message types that it sends. */
  sends: readonly MessageType[];
  objects: ObjectRights;
  /** Units of 1/1024 of a core. */
  cpu: 256 | 512 | 1024 | 2048 | 4096;
  memoryMiB: number;
  /** Space for `MARQUEE_WORK`, in GiB; Fargate gives 20 at least, which cost nothing more. */
  diskGiB?: number;
}

/** The one thing that work writes beside an upload: a copy that can be sought in (`workers/transcode/inspect.ts`). */
export const REMUXED = 'uploads/*.seekable.mkv';

/**
 * Roles by what their code asks of the engines: `grep` for `objects.` and `queue.` in `workers/` and `apps/web/server/`
 * finds it, and `test/at-work.test.ts` watches each role at work.
 */
export const ROLES: Record<RoleName, RoleFacts> = {
  web: {
    image: 'web',
    takes: [],
    // Commands of admins start any part of a film again.
    sends: MESSAGE_TYPES,
    // It gives films away, and takes them away: uploads, pictures, subtitles; whole films when they are deleted.
    objects: { read: ['media/*', 'uploads/*'], write: ['media/*', 'uploads/*'], remove: ['media/*', 'uploads/*'] },
    cpu: 1024,
    memoryMiB: 2048,
  },
  orchestrator: {
    image: 'worker',
    takes: ['video.uploaded', 'task.finished'],
    sends: MESSAGE_TYPES,
    // It reads subtitles for the search, and removes what cancelled jobs and old versions leave.
    objects: { read: ['media/*', 'uploads/*'], write: [], remove: ['media/*', 'uploads/*'] },
    cpu: 512,
    memoryMiB: 1024,
  },
  transcode: {
    image: 'worker',
    takes: ['video.inspect', 'video.transcode', 'video.encode_audio', 'video.package'],
    sends: ['task.finished'],
    objects: { read: ['media/*', 'uploads/*'], write: ['media/*', REMUXED], remove: [] },
    cpu: 4096,
    memoryMiB: 8192,
    diskGiB: 40,
  },
  thumbnail: {
    image: 'worker',
    takes: ['video.generate_thumbnails'],
    sends: ['task.finished'],
    // Stills are made from what is published.
    objects: { read: ['media/*'], write: ['media/*'], remove: [] },
    cpu: 1024,
    memoryMiB: 2048,
  },
  subtitle: {
    image: 'ai',
    takes: ['video.generate_subtitles'],
    sends: ['task.finished'],
    objects: { read: ['media/*', 'uploads/*'], write: ['media/*'], remove: [] },
    cpu: 2048,
    memoryMiB: 4096,
    diskGiB: 40,
  },
  ai: {
    image: 'ai',
    takes: ['video.ai_analysis'],
    sends: ['task.finished'],
    objects: { read: ['media/*'], write: ['media/*'], remove: [] },
    cpu: 1024,
    memoryMiB: 2048,
  },
};

/** How many tasks of a worker's role there are. */
export interface Scale {
  min: number;
  max: number;
  /** Messages, waiting or in hand, that one task is to have: its slots, and what may wait behind each. */
  backlogPerTask: number;
  /** Whose queues are counted against that: those whose work loads the cores. */
  counted: readonly MessageType[];
}

/** Heavy tasks at once in one task of a role: its cores. */
export function slotsOf(role: RoleName): number {
  return Math.max(1, Math.floor(ROLES[role].cpu / 1024));
}

/**
 * A new task of Fargate is at work after one to two minutes, a chunk or a sheet of stills is done in some ten seconds:
 * so several may wait behind each slot before another task is worth its start.
 */
export function scaleOf(role: WorkerRole, settings: Settings): Scale {
  switch (role) {
    case 'transcode':
      return {
        min: settings.transcodeMin,
        max: settings.transcodeMax,
        backlogPerTask: 3 * slotsOf(role),
        counted: ['video.transcode', 'video.encode_audio'],
      };
    case 'thumbnail':
      return { min: 0, max: 4, backlogPerTask: 6, counted: ROLES[role].takes };
    case 'subtitle':
      return { min: 0, max: 6, backlogPerTask: 6, counted: ROLES[role].takes };
    // Nobody waits for it.
    case 'ai':
      return { min: 0, max: 2, backlogPerTask: 20, counted: ROLES[role].takes };
  }
}
