import type { Catalogue } from '@marquee/core/catalogue';
import type { Config } from '@marquee/core/config';
import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import type { Priority } from '@marquee/core/job';
import type { PictureMaker } from '@marquee/core/picture-maker';
import type { Logger, Mail } from '@marquee/core/ports';
import type { Engines } from '@marquee/workers/engines';
import type { StreamAddresses } from './stream-addresses.ts';

/** Where `startWeb` leaves what the bundled site, a separate copy of the code in the same process, takes over. */
export const HOST_KEY = Symbol.for('marquee.web.host');

/** What the admin pages can have done to jobs and films. */
export interface Commands {
  submitUpload(upload: {
    title: string;
    fileName: string;
    sourceKey: string;
    sizeBytes: number;
    nowMs: number;
    movieId?: MovieId;
    uploadBeganAtMs?: number;
  }): Promise<{ jobId: JobId; movieId: MovieId }>;
  cancelJob(id: JobId): Promise<unknown>;
  retryJob(id: JobId): Promise<unknown>;
  retryTask(id: JobId, task: TaskId): Promise<unknown>;
  /** Puts it ahead of others, behind them, or in turn. */
  prioritizeJob(id: JobId, priority: Priority): Promise<unknown>;
  /** Makes a new version from the file of the last one. */
  remakeMovie(id: MovieId): Promise<{ jobId: JobId }>;
  /** Removes a film and everything of it. */
  removeMovie(id: MovieId): Promise<void>;
}

/** What the site needs from the process that it runs in. */
export interface Host extends StreamAddresses {
  /** Of Marquee. */
  version: string;
  config: Config;
  engines: Engines;
  /** Which engine stands behind each port, for people. */
  engineNames: Record<'queue' | 'store' | 'objects' | 'cache', string>;
  log: Logger;
  commands: Commands;
  /** The world's films; null without a key to their catalogue. */
  catalogue: Catalogue | null;
  /** Null where no mail can be sent. */
  mail: Mail | null;
  /** Null where no service makes pictures. */
  pictureMaker: PictureMaker | null;
  /** Aborted when the server closes: streams that would stay open end themselves. */
  closing: AbortSignal;
}
