import type { Task } from '@marquee/core/job';
import type { MediaPlan } from '@marquee/core/plan';
import { type FilmShape, filmTasks, type MeasuredTimes } from './fleet-films.ts';
import type { FleetPlotRow } from './fleet-plot.ts';
import { type FleetResult, simulateFleet } from './fleet-simulation.ts';
import { kindOf } from './fleet-workers.ts';

const FILM_SEC = 2 * 3600;
const UPLOADS = { count: 500, sec: 600 };
const SIZES = [1, 10, 100, 1000];
/** Measured times spread about this much around what is reckoned from them. */
const SPREAD = 0.2;
/** Kinds whose time hardly depends on how much film there is. */
const FIXED = new Set(['head', 'playlist']);

type Shape = Omit<FilmShape, 'times'>;

/** One simulated fleet at one load. */
export interface SimulatedFleet extends FleetPlotRow, Pick<FleetResult, 'utilisation' | 'queueAgeMs' | 'taskCount'> {
  firstPlayable: FleetResult['firstPlayableMs'];
  /** The window that was simulated: parts of one film that may be open at once. */
  openWindow: number;
}

/**
 * What tasks take on one core, from the tasks of a film that such workers made.
 *
 * @param shape of that film
 */
export function timesOf(tasks: Task[], plan: MediaPlan, shape: Shape): MeasuredTimes {
  const none = { eachMs: 0, perFilmSecMs: 0 };
  const times: MeasuredTimes = {
    head: none,
    index: none,
    opening: none,
    chunk: none,
    audio: none,
    sheet: none,
    posters: none,
    playlist: none,
    whole: none,
    final: none,
  };
  const planned = filmTasks({ ...shape, times });
  for (const kind of Object.keys(times) as (keyof MeasuredTimes)[]) {
    const runs = tasks
      .filter((task) => kindOf(task, plan) === kind)
      .flatMap((task) => task.runs.filter(({ outcome }) => outcome === 'done'));
    const ms = runs.reduce((sum, run) => sum + ((run.endedAtMs ?? 0) - run.startedAtMs), 0);
    const filmSec = planned.filter((task) => task.kind === kind).reduce((sum, task) => sum + task.filmSec, 0);
    if (FIXED.has(kind) || filmSec === 0)
      times[kind] = { eachMs: runs.length === 0 ? 0 : ms / runs.length, perFilmSecMs: 0 };
    else times[kind] = { eachMs: 0, perFilmSecMs: ms / filmSec };
  }
  return times;
}

/** What fleets of four sizes would take for one long film, and for many films at once. */
export function simulateSizes(options: {
  shape: Shape;
  times: MeasuredTimes;
  queueDelayMs: number;
  orchestratorMs: number;
  orchestrators: number;
  /** As the product has it, for fleets that are no larger; larger ones are told to set it to their size. */
  openWindow: number;
}): SimulatedFleet[] {
  const { shape, times, queueDelayMs, orchestratorMs, orchestrators } = options;
  const film = filmTasks({ ...shape, durationSec: FILM_SEC, times });
  const upload = filmTasks({ ...shape, durationSec: UPLOADS.sec, times });
  const loads = {
    film: [{ arrivesMs: 0, tasks: film }],
    uploads: Array.from({ length: UPLOADS.count }, () => ({ arrivesMs: 0, tasks: upload })),
  };
  return (['film', 'uploads'] as const).flatMap((load) =>
    SIZES.map((workers): SimulatedFleet => {
      const openWindow = Math.max(options.openWindow, workers);
      const result = simulateFleet({
        films: loads[load],
        workers,
        openWindow,
        queueDelayMs,
        orchestratorMs,
        orchestrators,
        spread: SPREAD,
      });
      const { makespanMs, utilisation, queueAgeMs, taskCount, firstPlayableMs: firstPlayable } = result;
      return {
        load,
        workers,
        makespanMs,
        firstPlayableMs: firstPlayable.p95,
        firstPlayable,
        utilisation,
        queueAgeMs,
        taskCount,
        openWindow,
      };
    }),
  );
}
