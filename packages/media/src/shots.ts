import { difference, type Look, lookAt, mixtureOf, outlineLikeness } from './frame-difference.ts';

/** Where one shot ends and the next begins. */
export interface Boundary {
  /** First frame of the new shot, or the middle of a dissolve or a fade. */
  frame: number;
  kind: 'cut' | 'fade' | 'dissolve';
}

/** A moment of the film that stands for what is around it. */
export interface Sample {
  frame: number;
  mean: number;
  spread: number;
  shares: Float32Array;
}

/** What a film's frames came to. */
export interface FoundShots {
  frameCount: number;
  boundaries: Boundary[];
  /** Twice a second. */
  samples: Sample[];
  /** Runs of frames that show nothing, as `[first, end)`. */
  black: [first: number, end: number][];
}

/** Takes the frames of a film, one after another. */
export interface ShotFinder {
  /** @param pixels one frame of `SHOT_FRAME_BYTES`, kept as it is */
  push(pixels: Uint8Array): void;
  /** Call it once, after the last frame. */
  finish(): FoundShots;
}

/** A change of less is within a shot, whatever surrounds it. */
const CUT_LEAST = 0.2;
/** A cut stands out from the changes around it by this factor ... */
const CUT_FACTOR = 2.2;
/** ... within so many seconds on either side. */
const AROUND_SEC = 0.3;
/** After a flash of up to this long the picture is what it was before, in seconds. */
const FLASH_SEC = 0.21;
/** Of a cut the pictures before and after are never this much alike, by what they change at it. */
const SAME_AGAIN = 0.5;
/** Nor are their outlines: 0.29 at most between shots of two films, 0.76 and more within an explosion. */
const SAME_OUTLINES = 0.5;
/** Shots are not shorter, in seconds. */
const SHORTEST_SEC = 0.2;
/** Lengths of dissolves that are looked for, in seconds. */
const DISSOLVES_SEC = [0.34, 0.67, 1.0, 1.5, 2.2];
/** A fade changes the brightness by less from frame to frame. */
const FADE_STEP = 20;
const BLACK_MEAN = 26;
const BLACK_SPREAD = 5;
const SAMPLES_A_SEC = 2;

/**
 * Finds where shots begin. Cuts are changes that stand out from those around them, and after which nothing is as it was
 * before (which tells them from flashes); fades lead through black; dissolves are mixtures of what is before and after.
 *
 * @param fps frames a second, constant
 */
export function createShotFinder(fps: number): ShotFinder {
  const frames = (sec: number, least: number) => Math.max(least, Math.round(sec * fps));
  const around = frames(AROUND_SEC, 4);
  const flash = frames(FLASH_SEC, 2);
  const halves = DISSOLVES_SEC.map((sec) => frames(sec / 2, 3));
  const back = Math.max(halves.at(-1) as number, around, flash + 1);
  const sampleStep = frames(1 / SAMPLES_A_SEC, 1);

  /** The last `2 * back + 1` frames, the newest last. */
  const kept: Look[] = [];
  const changes: number[] = [];
  const means: number[] = [];
  const cuts: { frame: number; change: number }[] = [];
  const dissolves: { frame: number; weight: number; half: number }[] = [];
  const samples: Sample[] = [];
  const black: [number, number][] = [];
  let count = 0;

  const at = (frame: number): Look | undefined => kept[kept.length - (count - frame)];

  /** Judges a frame when all that it is judged by has come, or will never. */
  function judge(frame: number): void {
    const change = changes[frame] ?? 0;
    if (change >= CUT_LEAST && standsOut(frame, change) && !isSamePlace(frame, change)) cuts.push({ frame, change });
    if (frame % 2 === 0) lookForDissolve(frame);
  }

  function standsOut(frame: number, change: number): boolean {
    const near: number[] = [];
    for (let i = Math.max(1, frame - around); i <= Math.min(count - 1, frame + around); i++)
      if (i !== frame) near.push(changes[i] as number);
    if (near.length === 0) return true;
    near.sort((a, b) => a - b);
    // One other cut may be near, or the other half of this one where frames are blended.
    const counted = near.slice(0, Math.max(1, near.length - 1));
    const mean = counted.reduce((sum, each) => sum + each, 0) / counted.length;
    const third = counted[Math.floor(counted.length * 0.85)] ?? 0;
    return change >= CUT_FACTOR * mean && change >= 1.3 * third;
  }

  /** True of a flash, and of light that is switched on or off. */
  function isSamePlace(frame: number, change: number): boolean {
    for (let before = 1; before <= flash; before++) {
      for (let after = 0; after <= flash; after++) {
        const a = at(frame - before);
        const b = at(frame + after);
        if (!a || !b) continue;
        if (outlineLikeness(a, b) > SAME_OUTLINES || difference(a, b) < SAME_AGAIN * Math.min(change, 0.6)) return true;
      }
    }
    return false;
  }

  function lookForDissolve(frame: number): void {
    const middle = at(frame);
    if (!middle) return;
    for (const half of halves) {
      const a = at(frame - half);
      const b = at(frame + half);
      const q1 = at(frame - Math.round(half / 2));
      const q3 = at(frame + Math.round(half / 2));
      if (!a || !b || !q1 || !q3 || isBlack(a) || isBlack(b)) continue;
      const whole = mixtureOf(a, middle, b);
      if (whole.apart < 10 || whole.likeness > 0.4 || whole.rest > 0.3) continue;
      if (whole.share < 0.35 || whole.share > 0.65) continue;
      const early = mixtureOf(a, q1, b);
      const late = mixtureOf(a, q3, b);
      if (early.rest > 0.36 || late.rest > 0.36) continue;
      if (early.share > 0.45 || late.share < 0.55 || early.share < 0.08 || late.share > 0.92) continue;
      if (difference(a, b) < 0.35) continue;
      dissolves.push({ frame, weight: whole.apart * (1 - whole.rest), half });
    }
  }

  return {
    push(pixels) {
      const look = lookAt(pixels);
      means.push(look.mean);
      const before = kept.at(-1);
      kept.push(look);
      if (kept.length > 2 * back + 1) kept.shift();
      changes.push(before ? difference(before, look) : 0);
      if (count % sampleStep === 0)
        samples.push({ frame: count, mean: look.mean, spread: look.spread, shares: look.shares });
      if (isBlack(look)) {
        const run = black.at(-1);
        if (run && run[1] === count) run[1]++;
        else black.push([count, count + 1]);
      }
      count++;
      if (count > back) judge(count - 1 - back);
    },
    finish() {
      for (let frame = Math.max(0, count - back); frame < count; frame++) judge(frame);
      return {
        frameCount: count,
        boundaries: settle({ cuts, dissolves, black, means }, frames(SHORTEST_SEC, 2)),
        samples,
        black,
      };
    },
  };
}

function isBlack(look: Pick<Look, 'mean' | 'spread'>): boolean {
  return look.mean < BLACK_MEAN && look.spread < BLACK_SPREAD;
}

/** Makes one list of what was found: one boundary for each passage through black, none within a dissolve twice. */
function settle(
  {
    cuts,
    dissolves,
    black,
    means,
  }: {
    cuts: { frame: number; change: number }[];
    dissolves: { frame: number; weight: number; half: number }[];
    black: [number, number][];
    means: number[];
  },
  shortest: number,
): Boundary[] {
  const count = means.length;
  const jumps = (frame: number) => Math.abs((means[frame] as number) - (means[frame - 1] as number)) > FADE_STEP;
  // Black that the film begins or ends with leads from nowhere or nowhere.
  const fades = black.filter(([first, end]) => first > 0 && end < count && end - first >= 2);
  const inFade = (frame: number) => fades.some(([first, end]) => frame >= first - shortest && frame <= end + shortest);
  const found: Boundary[] = fades.map(([first, end]) => {
    if (jumps(end)) return { frame: end, kind: 'cut' };
    return jumps(first) ? { frame: first, kind: 'cut' } : { frame: Math.floor((first + end) / 2), kind: 'fade' };
  });
  for (const { frame, change } of cuts) {
    if (inFade(frame)) continue;
    const near = cuts.some(
      (other) =>
        other.frame !== frame &&
        Math.abs(other.frame - frame) < shortest &&
        (other.change > change || (other.change === change && other.frame < frame)),
    );
    if (!near) found.push({ frame, kind: 'cut' });
  }
  const hard = [...found];
  const soft: typeof dissolves = [];
  for (const each of [...dissolves].sort((a, b) => b.weight - a.weight || a.frame - b.frame)) {
    const reach = each.half + shortest;
    if (hard.some(({ frame }) => Math.abs(frame - each.frame) <= reach) || inFade(each.frame)) continue;
    if (soft.some((other) => Math.abs(other.frame - each.frame) <= Math.max(other.half, each.half) * 2)) continue;
    soft.push(each);
  }
  found.push(...soft.map(({ frame }): Boundary => ({ frame, kind: 'dissolve' })));
  return found.sort((a, b) => a.frame - b.frame);
}
