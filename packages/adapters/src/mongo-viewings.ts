import type { MovieId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import {
  groupedViewings,
  noViewings,
  playerOf,
  RUNGS,
  startupStep,
  stepMs,
  VIEWING_ERRORS,
  VIEWINGS_KEPT_MS,
  type Viewing,
  type ViewingSums,
  type ViewingsBy,
} from '@marquee/core/viewings';
import type { Collection } from 'mongodb';
import type { Indexes } from './mongo-accounts.ts';
import { type Guard, isDuplicate } from './mongo-errors.ts';

/** A viewing under its session's id, with what sums are made of. */
export interface ViewingDocument {
  _id: string;
  movieId: string;
  /** A date, since the server removes by dates alone. */
  beganAt: Date;
  report: number;
  player: string;
  startupStep: number | null;
  stalls: number;
  stalledMs: number;
  watchedSec: number;
  rungSec: Viewing['rungSec'];
  error: Viewing['error'];
}

/** The server removes what is over by itself. */
export const VIEWING_INDEXES: Indexes[string] = [
  { key: { beganAt: 1 }, options: { name: 'by-begin', expireAfterSeconds: VIEWINGS_KEPT_MS / 1000 } },
];

/** Sums of one step of startup times under one key. */
type SumDocument = { _id: { key: string | Date; step: number | null } } & Omit<
  ViewingSums,
  'startups' | 'rungSec' | 'errors'
> & {
    [sum: `rung_${string}`]: number | undefined;
  } & Partial<Record<(typeof VIEWING_ERRORS)[number], number>>;

/** How films came to their viewers' screens: single documents, and two aggregations over those of a span of time. */
export function mongoViewings(viewings: Collection<ViewingDocument>, guard: Guard): Store['viewings'] {
  return {
    async keep(viewing) {
      const { _id, movieId, beganAt, player, ...word } = documentOf(viewing);
      const update = async () => {
        const later = { _id, movieId, report: { $lt: word.report } };
        return (await guard(() => viewings.updateOne(later, { $set: word }))).matchedCount === 1;
      };
      if (word.report > 1 && (await update())) return true;
      const isMade = await guard(async () => {
        try {
          await viewings.insertOne({ _id, movieId, beganAt, player, ...word });
          return true;
        } catch (thrown) {
          if (isDuplicate(thrown)) return false;
          throw thrown;
        }
      });
      // There is one: it is later, another film's, or another process has only just made it.
      return isMade || update();
    },

    all: ({ limit, cursor }) =>
      guard(async () => {
        const found = await viewings
          .find(cursor === undefined ? {} : { _id: { $gt: cursor } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray();
        return { items: found.map(viewingOf), cursor: found.length < limit ? null : (found.at(-1)?._id ?? null) };
      }),

    async sums({ sinceMs, untilMs, ...by }) {
      const among = { beganAt: { $gte: new Date(sinceMs), $lt: new Date(untilMs) } };
      const key = keyOf(by);
      const read = <T extends object>(stages: object[]) =>
        guard(() => viewings.aggregate<T>([{ $match: among }, ...stages]).toArray());
      const first =
        by.by === 'time'
          ? []
          : await read<{ _id: string }>([
              { $group: { _id: key, sessions: { $sum: 1 } } },
              { $sort: { sessions: -1, _id: 1 } },
              { $limit: by.limit },
            ]);
      const rows = await read<SumDocument>([
        ...(by.by === 'time' ? [] : [{ $match: { [FIELDS[by.by]]: { $in: first.map(({ _id }) => _id) } } }]),
        { $group: { _id: { key, step: '$startupStep' }, ...SUMS } },
        { $sort: { '_id.key': 1 } },
      ]);
      const keyed = rows.map((row) => ({ key: textOf(row._id.key), sums: sumsOf(row) }));
      return groupedViewings(keyed, by);
    },
  };
}

const FIELDS = { film: 'movieId', player: 'player' } as const;

const SUMS = {
  sessions: { $sum: 1 },
  stalledSessions: { $sum: { $cond: [{ $gt: ['$stalls', 0] }, 1, 0] } },
  stalls: { $sum: '$stalls' },
  stalledMs: { $sum: '$stalledMs' },
  watchedSec: { $sum: '$watchedSec' },
  ...Object.fromEntries(RUNGS.map((rung) => [`rung_${rung}`, { $sum: `$rungSec.${rung}` }])),
  ...Object.fromEntries(
    VIEWING_ERRORS.map((error) => [error, { $sum: { $cond: [{ $eq: ['$error', error] }, 1, 0] } }]),
  ),
};

function documentOf(viewing: Viewing): ViewingDocument {
  const { session, movieId, beganAtMs, browser, engine, startupMs, ...word } = viewing;
  return {
    _id: session,
    movieId,
    beganAt: new Date(beganAtMs),
    player: `${browser}, ${engine}`,
    startupStep: startupMs === null ? null : startupStep(startupMs),
    ...word,
  };
}

function viewingOf({ _id, movieId, beganAt, player, startupStep: step, ...word }: ViewingDocument): Viewing {
  return {
    session: _id,
    movieId: movieId as MovieId,
    beganAtMs: beganAt.getTime(),
    ...playerOf(player),
    startupMs: step === null ? null : stepMs(step),
    ...word,
  };
}

function keyOf(by: ViewingsBy): object | string {
  if (by.by === 'time') return { $subtract: ['$beganAt', { $mod: [{ $toLong: '$beganAt' }, by.everyMs] }] };
  return `$${FIELDS[by.by]}`;
}

function textOf(key: string | Date): string {
  return key instanceof Date ? String(key.getTime()) : key;
}

function sumsOf(row: SumDocument): ViewingSums {
  const { sessions, stalledSessions, stalls, stalledMs, watchedSec } = row;
  const { step } = row._id;
  const sums = noViewings();
  for (const rung of RUNGS) sums.rungSec[rung] = row[`rung_${rung}`] ?? 0;
  for (const error of VIEWING_ERRORS) sums.errors[error] = row[error] ?? 0;
  const startups = step === null ? [] : [{ step, sessions }];
  return { ...sums, sessions, stalledSessions, stalls, stalledMs, watchedSec, startups };
}
