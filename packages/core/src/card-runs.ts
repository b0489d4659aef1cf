import type { FoundSkip, SkipKind } from './skips.ts';

/** What one picture of a film is, as far as titles go. */
export interface CardSample {
  /** Of the film, in seconds. */
  atSec: number;
  /** `card`: letters on one plain colour; `black`: nothing at all. */
  looks: 'card' | 'black' | 'other';
  /** How far its letters moved up or down since the sample before, in shares of the picture's height; 0 if they stand. */
  moved: number;
  /** True of a card with other letters than the sample before had, or after what was no card. */
  isNew: boolean;
}

/** Pictures that interrupt a run of titles for less than this are part of it, in seconds. */
const GAP_SEC = 5;
/** Black before credits is passed over with them up to this length, in seconds. */
const BLACK_SEC = 5;
/** Shorter runs are a title and no titles, in seconds. */
const LEAST_SEC: Record<SkipKind, number> = { intro: 7, credits: 8 };
/** Opening titles begin this early, after signets of whoever made the film. */
const INTRO_STARTS_SEC = 25;
/** After credits there may be a scene, of this length at most, in seconds. */
const LAST_SCENE_SEC = 180;
/** A run that begins or ends with what was looked at may be of any length: then the film is made of such pictures. */
const EDGE_SEC = 4;
/** This share of a run has to be titles, and of a roll to be moving. */
const CARD_SHARE = 0.6;
const ROLL_SHARE = 0.5;
/** Where so much of a run is spoken over, it is part of the film. */
const SPOKEN_SHARE = 0.3;

/**
 * Finds opening titles or end credits by their pictures: letters on a plain ground, that roll or take turns.
 *
 * @param samples one end of the film, in order and evenly apart
 * @param lines   when something is said; null where nobody knows
 */
export function findTitles(
  kind: SkipKind,
  samples: readonly CardSample[],
  film: { durationSec: number; lines: readonly { startSec: number; endSec: number }[] | null },
): FoundSkip | null {
  const [first, second] = samples;
  const last = samples.at(-1);
  if (!first || !second || !last) return null;
  const stepSec = second.atSec - first.atSec;
  const runs = runsOf(samples).filter((run) => isTitles(kind, run, stepSec));
  const run = runs.sort((a, b) => lengthOf(b) - lengthOf(a) || lengthOf(a))[0];
  if (!run) return null;
  const [startSec, lastSec] = [(run[0] as CardSample).atSec, (run.at(-1) as CardSample).atSec];
  // The other edge of what was looked at: a film of such pictures has titles all along.
  if (kind === 'credits' && startSec - first.atSec < EDGE_SEC && first.atSec > 0) return null;
  if (kind === 'intro' && last.atSec - lastSec < EDGE_SEC && last.atSec < film.durationSec - EDGE_SEC) return null;
  if (kind === 'intro' && startSec > INTRO_STARTS_SEC) return null;
  if (kind === 'credits' && film.durationSec - lastSec > LAST_SCENE_SEC) return null;
  const after = samples.filter(({ atSec }) => atSec > lastSec);
  const before = samples.filter(({ atSec }) => atSec < startSec);
  const fromSec = edgeOfBlack(before.reverse(), startSec, -stepSec);
  const toSec = edgeOfBlack(after, lastSec + stepSec, stepSec);
  const confidence = confidenceOf(run, { fromSec, toSec, durationSec: film.durationSec, lines: film.lines });
  if (confidence === 0) return null;
  // Black before credits is where the film ended, and black after an opening where it begins.
  if (kind === 'intro') return { kind, startSec: fromSec, endSec: lastSec + stepSec / 2, by: 'picture', confidence };
  const beganSec = Math.max(fromSec, startSec - BLACK_SEC) - stepSec / 2;
  return { kind, startSec: beganSec, endSec: Math.min(film.durationSec, toSec), by: 'picture', confidence };
}

/** Cards that follow each other closely, each run from its first to its last one. */
function runsOf(samples: readonly CardSample[]): CardSample[][] {
  const runs: { samples: CardSample[]; lastCardSec: number }[] = [];
  for (const each of samples) {
    const run = runs.at(-1);
    if (each.looks !== 'card') run?.samples.push(each);
    else if (run && each.atSec - run.lastCardSec <= GAP_SEC) {
      run.samples.push(each);
      run.lastCardSec = each.atSec;
    } else runs.push({ samples: [each], lastCardSec: each.atSec });
  }
  return runs.map((run) => run.samples.filter(({ atSec }) => atSec <= run.lastCardSec));
}

function lengthOf(run: readonly CardSample[]): number {
  return (run.at(-1)?.atSec ?? 0) - (run[0]?.atSec ?? 0);
}

function isTitles(kind: SkipKind, run: readonly CardSample[], stepSec: number): boolean {
  const shown = run.filter(({ looks }) => looks !== 'black');
  const cards = shown.filter(({ looks }) => looks === 'card');
  return lengthOf(run) + stepSec >= LEAST_SEC[kind] && cards.length >= CARD_SHARE * shown.length;
}

/** @returns how far black goes on from an edge, in one direction */
function edgeOfBlack(samples: readonly CardSample[], edgeSec: number, stepSec: number): number {
  const count = samples.findIndex(({ looks }) => looks !== 'black');
  return edgeSec + stepSec * (count === -1 ? samples.length : count);
}

/** One card that stands may be anything; others after it, or a roll, hardly are. */
function confidenceOf(
  run: readonly CardSample[],
  film: {
    fromSec: number;
    toSec: number;
    durationSec: number;
    lines: readonly { startSec: number; endSec: number }[] | null;
  },
): number {
  const cards = run.filter(({ looks }) => looks === 'card');
  const moving = cards.filter(({ moved }) => moved > 0.01).length / cards.length;
  const distinct = cards.filter(({ isNew }) => isNew).length;
  const spokenSec = (film.lines ?? []).reduce((sum, line) => {
    const both = Math.min(line.endSec, film.toSec) - Math.max(line.startSec, film.fromSec);
    return sum + Math.max(0, both);
  }, 0);
  const isSpoken = spokenSec > SPOKEN_SHARE * (film.toSec - film.fromSec);
  if (isSpoken) return 0;
  const isAtEdge = film.fromSec < 1 || film.durationSec - film.toSec < 1;
  const base = moving >= ROLL_SHARE ? 0.75 : distinct >= 3 ? 0.62 : distinct === 2 ? 0.55 : 0.4;
  const silent = film.lines !== null && film.lines.length > 0 ? 0.08 : 0;
  return Math.min(0.95, Math.round((base + silent + (isAtEdge ? 0.1 : 0)) * 1000) / 1000);
}
