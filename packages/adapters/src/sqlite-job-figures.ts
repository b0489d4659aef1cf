import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  type EndedSlot,
  JOB_STATUSES,
  type JobStatus,
  type MediaProcessingJob,
  type StoredBytes,
} from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import type { Store } from '@marquee/core/ports';
import type { Sqlite } from './sqlite.ts';

/** What sums are made of, beside the documents, which are fifty times as long. Written with each of them. */
export const JOB_FIGURES_SCHEMA = `
  CREATE TABLE job_figures (
    job_id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    finished_at_ms INTEGER,
    film_ms INTEGER,
    source_key TEXT NOT NULL,
    source_bytes INTEGER NOT NULL,
    picture_bytes INTEGER,
    sound_bytes INTEGER,
    still_bytes INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX job_figures_by_end ON job_figures (finished_at_ms, status, film_ms) WHERE finished_at_ms IS NOT NULL;
`;

const WRITE = 'INSERT OR REPLACE INTO job_figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';

/** Version 3 kept no figures. */
export function jobFiguresFromVersion3(db: DatabaseSync): void {
  db.exec(JOB_FIGURES_SCHEMA);
  const write = db.prepare(WRITE);
  for (const { id, status, document } of db.prepare('SELECT id, status, document FROM jobs').iterate()) {
    write.run(...figuresOf({ ...JSON.parse(document as string), id, status } as MediaProcessingJob));
  }
}

/** Notes the figures of a job, in the transaction that writes it. */
export function keepFigures(db: Sqlite, job: MediaProcessingJob): void {
  db.run(WRITE, ...figuresOf(job));
}

function figuresOf(job: MediaProcessingJob): SQLInputValue[] {
  const durationSec = job.plan ? planDurationSec(job.plan) : null;
  return [
    job.id,
    job.status,
    job.finishedAtMs ?? null,
    durationSec === null ? null : Math.round(durationSec * 1000),
    job.sourceKey ?? '',
    job.sizeBytes ?? 0,
    job.published?.pictureBytes ?? null,
    job.published?.soundBytes ?? null,
    job.published?.stillBytes ?? null,
  ];
}

/** Counts and sums over all jobs, for those who run the house. */
export function jobFigures(db: Sqlite): Pick<Store['jobs'], 'counts' | 'ended' | 'stored'> {
  return {
    async counts() {
      const rows = db.all<{ status: JobStatus; count: number }>(
        'SELECT status, count(*) AS count FROM jobs GROUP BY status',
      );
      const counted = new Map(rows.map(({ status, count }) => [status, count]));
      return Object.fromEntries(JOB_STATUSES.map((each) => [each, counted.get(each) ?? 0])) as Record<
        JobStatus,
        number
      >;
    },

    async ended({ sinceMs, untilMs, everyMs }) {
      const rows = db.all<EndedSlot & { slot: number }>(
        `SELECT CAST((finished_at_ms - ?1) / ?3 AS INTEGER) AS slot, sum(status = 'ready') AS ready, sum(status = 'failed') AS failed,
                sum(status = 'cancelled') AS cancelled,
                sum(CASE WHEN status = 'ready' THEN coalesce(film_ms, 0) ELSE 0 END) AS filmMs
         FROM job_figures WHERE finished_at_ms >= ?1 AND finished_at_ms < ?2 GROUP BY slot`,
        sinceMs,
        untilMs,
        everyMs,
      );
      const found = new Map(rows.map(({ slot, ...figures }) => [slot, figures]));
      return Array.from({ length: Math.ceil((untilMs - sinceMs) / everyMs) }, (_, slot) => ({
        ready: 0,
        failed: 0,
        cancelled: 0,
        filmMs: 0,
        ...found.get(slot),
        fromMs: sinceMs + slot * everyMs,
      }));
    },

    async stored() {
      const published = db.get<Omit<StoredBytes, 'sourceBytes'>>(
        `SELECT coalesce(sum(picture_bytes), 0) AS pictureBytes, coalesce(sum(sound_bytes), 0) AS soundBytes,
                coalesce(sum(still_bytes), 0) AS stillBytes, count(*) - count(picture_bytes) AS uncounted
         FROM job_figures WHERE status = 'ready'`,
      );
      const sources = db.get<{ sourceBytes: number }>(
        `SELECT coalesce(sum(bytes), 0) AS sourceBytes FROM
           (SELECT max(source_bytes) AS bytes FROM job_figures WHERE status <> 'cancelled' GROUP BY source_key)`,
      );
      return { pictureBytes: 0, soundBytes: 0, stillBytes: 0, uncounted: 0, sourceBytes: 0, ...published, ...sources };
    },
  };
}
