/**
 * Finds what two sounds share, by their prints: a number of 32 bits for each moment, of which most bits are the same where
 * the sound is (Chromaprint's, `-f chromaprint -fp_format raw` of ffmpeg).
 */

/** From one number of a print to the next, in seconds: a third of 4096 samples at 11,025 Hz. */
export const PRINT_STEP_SEC = Math.floor(4096 / 3) / 11_025;

/** Numbers of one sound differ in no more bits; of two they do in 16, and in 10 or less one time of 40. */
const SAME_BITS = 10;
/** What one number that differs costs, by one that does not. */
const DIFFERENT = 1.5;
/** A number says what is heard in some two and a half seconds from its moment on: what is shared begins later by this ... */
const BEGINS_LATER_SEC = 1.15;
/** ... and ends later, in seconds. Both measured, by `bench:skips`. */
const ENDS_LATER_SEC = 0.25;
/** A tone that is held, or silence, is the same number again and again, in any film: it tells nothing. */
const HELD_STEPS = 6;

/** Where two sounds are the same, in seconds of each. */
export interface SharedSound {
  a: { startSec: number; endSec: number };
  b: { startSec: number; endSec: number };
  /** Share of the moments within that are the same, in `[0, 1]`. */
  likeness: number;
}

/**
 * @param leastSec what is shorter is nothing
 * @returns the longest stretch that both have, wherever in each; null if there is none
 */
export function sharedSound(a: Uint32Array, b: Uint32Array, leastSec: number): SharedSound | null {
  const [heldA, heldB] = [heldSteps(a), heldSteps(b)];
  const best = { score: 0, offset: 0, first: 0, end: 0 };
  for (let offset = 1 - b.length; offset < a.length; offset++) {
    const last = Math.min(a.length, b.length + offset);
    let score = 0;
    let first = 0;
    for (let i = Math.max(0, offset); i < last; i++) {
      // The best run of a list is known when it has been read once (Kadane).
      const isSame = bitsOf((a[i] as number) ^ (b[i - offset] as number)) <= SAME_BITS;
      if (isSame && heldA[i] === 1 && heldB[i - offset] === 1) continue;
      if (score <= 0) {
        score = 0;
        first = i;
      }
      score += isSame ? 1 : -DIFFERENT;
      if (score > best.score) Object.assign(best, { score, offset, first, end: i + 1 });
    }
  }
  if (best.score * PRINT_STEP_SEC < leastSec * 0.8) return null;
  const at = (first: number, end: number, length: number) => ({
    // What is the same from the very first moment on did not begin later.
    startSec: first <= 1 ? first * PRINT_STEP_SEC : first * PRINT_STEP_SEC + BEGINS_LATER_SEC,
    endSec: end >= length - 1 ? Number.POSITIVE_INFINITY : end * PRINT_STEP_SEC + ENDS_LATER_SEC,
  });
  let same = 0;
  for (let i = best.first; i < best.end; i++)
    if (bitsOf((a[i] as number) ^ (b[i - best.offset] as number)) <= SAME_BITS) same++;
  return {
    a: at(best.first, best.end, a.length),
    b: at(best.first - best.offset, best.end - best.offset, b.length),
    likeness: same / (best.end - best.first),
  };
}

/** @returns 1 for each moment that is within a held tone */
function heldSteps(print: Uint32Array): Uint8Array {
  const held = new Uint8Array(print.length);
  let first = 0;
  for (let i = 1; i <= print.length; i++) {
    const isHeld = i < print.length && bitsOf((print[i] as number) ^ (print[i - 1] as number)) <= 1;
    if (isHeld) continue;
    if (i - first >= HELD_STEPS) held.fill(1, first, i);
    first = i;
  }
  return held;
}

/** @returns how many bits of a number of 32 are set */
function bitsOf(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
