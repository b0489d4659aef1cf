import {
  type EndedSlot,
  JOB_STATUSES,
  type JobStatus,
  type MediaProcessingJob,
  type StoredBytes,
} from '@marquee/core/job';
import type { Store } from '@marquee/core/ports';
import type { Collection } from 'mongodb';
import type { Indexes } from './mongo-accounts.ts';
import type { Stored } from './mongo-documents.ts';
import type { Guard } from './mongo-errors.ts';

const SOURCES = 'by-source';

/** Sums of all jobs are made from these alone: their documents are fifty times as long. */
export const JOB_FIGURE_INDEXES: Indexes[string] = [
  { key: { finishedAtMs: 1, status: 1 }, options: { name: 'by-end' } },
  {
    key: { status: 1, 'published.pictureBytes': 1, 'published.soundBytes': 1, 'published.stillBytes': 1 },
    options: { name: 'by-published' },
  },
  { key: { sourceKey: 1, sizeBytes: 1, status: 1 }, options: { name: SOURCES } },
];

/** Of a plan, as `planDurationSec` has it, in milliseconds; null where there is none. */
const FILM_MS = {
  $divide: [{ $multiply: [{ $multiply: ['$plan.frameCount', '$plan.fps.den'] }, 1000] }, '$plan.fps.num'],
};

const when = (status: JobStatus, figure: unknown) => ({ $sum: { $cond: [{ $eq: ['$status', status] }, figure, 0] } });

/** Counts and sums over all jobs, for those who run the house. */
export function jobFigures(
  jobs: Collection<Stored<MediaProcessingJob>>,
  guard: Guard,
): Pick<Store['jobs'], 'counts' | 'ended' | 'stored'> {
  return {
    async counts() {
      const counted = await Promise.all(
        JOB_STATUSES.map(async (status) => [status, await guard(() => jobs.countDocuments({ status }))] as const),
      );
      return Object.fromEntries(counted) as Record<JobStatus, number>;
    },

    async ended({ sinceMs, untilMs, everyMs }) {
      const rows = await guard(() =>
        jobs
          .aggregate<Omit<EndedSlot, 'fromMs'> & { _id: number }>([
            { $match: { finishedAtMs: { $gte: sinceMs, $lt: untilMs } } },
            {
              $group: {
                _id: { $floor: { $divide: [{ $subtract: ['$finishedAtMs', sinceMs] }, everyMs] } },
                ready: when('ready', 1),
                failed: when('failed', 1),
                cancelled: when('cancelled', 1),
                filmMs: when('ready', FILM_MS),
              },
            },
          ])
          .toArray(),
      );
      const found = new Map(rows.map(({ _id, ...figures }) => [Number(_id), figures]));
      return Array.from({ length: Math.ceil((untilMs - sinceMs) / everyMs) }, (_, slot) => {
        const { filmMs = 0, ...rest } = found.get(slot) ?? { ready: 0, failed: 0, cancelled: 0 };
        return { ...rest, filmMs: Math.round(filmMs), fromMs: sinceMs + slot * everyMs };
      });
    },

    async stored() {
      const isUnknown = { $eq: [{ $ifNull: ['$published.pictureBytes', -1] }, -1] };
      const [[published], [sources]] = await guard(() =>
        Promise.all([
          jobs
            .aggregate<Omit<StoredBytes, 'sourceBytes'>>([
              { $match: { status: 'ready' } },
              {
                $group: {
                  _id: null,
                  pictureBytes: { $sum: '$published.pictureBytes' },
                  soundBytes: { $sum: '$published.soundBytes' },
                  stillBytes: { $sum: '$published.stillBytes' },
                  uncounted: { $sum: { $cond: [isUnknown, 1, 0] } },
                },
              },
              { $project: { _id: 0 } },
            ])
            .toArray(),
          jobs
            .aggregate<{ sourceBytes: number }>(
              [
                { $match: { status: { $ne: 'cancelled' } } },
                { $group: { _id: '$sourceKey', bytes: { $max: '$sizeBytes' } } },
                { $group: { _id: null, sourceBytes: { $sum: '$bytes' } } },
                { $project: { _id: 0 } },
              ],
              { hint: SOURCES },
            )
            .toArray(),
        ]),
      );
      return { pictureBytes: 0, soundBytes: 0, stillBytes: 0, uncounted: 0, sourceBytes: 0, ...published, ...sources };
    },
  };
}
