import { type StageProgress, stageProgress } from '@marquee/core/advance';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { planDurationSec } from '@marquee/core/plan';
import { formatSec } from './print.ts';

/** A job and its parts at one moment. */
export interface Snapshot {
  job: MediaProcessingJob;
  tasks: Task[];
}

/** Shows how far a job is, on stderr. */
export interface ProgressView {
  show(snapshot: Snapshot): void;
  /** Leaves the last picture standing. */
  end(): Promise<void>;
}

export const STAGE_NAMES: Record<StageProgress['stage'], string> = {
  inspect: 'Reading',
  transcode: 'Picture',
  audio: 'Sound',
  thumbnails: 'Stills',
  package: 'Packaging',
};

/** How far a job is, in numbers for people. */
export interface Pace {
  stages: StageProgress[];
  /** Film seconds made per second of the clock; null while that cannot be said. */
  speed: number | null;
  leftSec: number | null;
  /** Parts that did not succeed at first and are being tried again. */
  retried: number;
}

/** Before that much of the picture stands, speed and time left would be guesses. */
const TELLING_SHARE = 0.02;
/** What is left to do when the picture stands, as a share of what it took. */
const REST_SHARE = 0.08;

/** @returns a function that sums up snapshots of one job, remembering when and where it began to watch. */
export function createPace(): (snapshot: Snapshot) => Pace {
  let first: { atMs: number; share: number } | null = null;
  return ({ job, tasks }) => {
    const stages = stageProgress(job.status, tasks);
    const picture = stages.find((each) => each.stage === 'transcode');
    // Until the whole film is planned, the total is only that of its opening.
    const durationSec = job.plan && planDurationSec(job.plan);
    const retried = tasks.filter(isTriedAgain).length;
    if (!picture || durationSec === null) return { stages, speed: null, leftSec: null, retried };
    first ??= { atMs: performance.now(), share: picture.share };
    const elapsedSec = (performance.now() - first.atMs) / 1000;
    const made = picture.share - first.share;
    if (made < TELLING_SHARE || elapsedSec <= 0) return { stages, speed: null, leftSec: null, retried };
    const leftSec = (elapsedSec * (1 - picture.share + REST_SHARE * (1 - (stages.at(-1)?.share ?? 0)))) / made;
    return { stages, speed: (made * durationSec) / elapsedSec, leftSec, retried };
  };
}

function isTriedAgain(task: Task): boolean {
  return task.attempts > 0 && (task.status === 'ready' || task.status === 'running');
}

/** `7.9× real time, 12 s left`, as far as it is known. */
export function paceText({ speed, leftSec, retried }: Pace): string {
  return [
    speed === null ? '' : `${speed.toFixed(1)}× real time`,
    leftSec === null ? '' : `${formatSec(leftSec)} left`,
    retried === 0 ? '' : `${retried} ${retried === 1 ? 'part' : 'parts'} tried again`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
