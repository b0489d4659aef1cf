/** A small grey picture, row by row, one byte a pixel. */
export interface GreyFrame {
  atSec: number;
  pixels: Uint8Array;
}

export interface Candidate {
  atSec: number;
  /** Higher is better, in `[0, 1]`. */
  score: number;
}

/** Size of the pictures that are judged, in pixels. */
export const GREY_WIDTH_PX = 160;
export const GREY_HEIGHT_PX = 90;
/** Judged frames of one passage are this far apart, in frames a second. */
export const GREY_FPS = 4;

interface Look {
  mean: number;
  contrast: number;
  sharpness: number;
}

/**
 * Chooses stills that could stand for the film: well exposed, rich in contrast, sharp, and at rest. Black or
 * white pictures, blurred ones and those inside a fade or a dissolve score zero.
 *
 * @param passages runs of consecutive frames, `GREY_FPS` apart; only frames with a neighbour on both sides count
 * @param count    how many to return at most, spread over the film
 * @returns best first; never empty if any passage has a frame: a film of nothing but black still gets one
 */
export function choosePosters(passages: GreyFrame[][], count: number): Candidate[] {
  const perPassage: Candidate[] = [];
  let fallback: Candidate | null = null;
  for (const frames of passages) {
    const looks = frames.map((frame) => lookAt(frame.pixels));
    let best: Candidate | null = null;
    frames.forEach((frame, i) => {
      const look = looks[i] as Look;
      fallback ??= { atSec: frame.atSec, score: 0 };
      const before = frames[i - 1];
      const after = frames[i + 1];
      if (!before || !after) return;
      const restless = Math.max(difference(before.pixels, frame.pixels), difference(frame.pixels, after.pixels));
      const drift = Math.abs((looks[i + 1] as Look).mean - (looks[i - 1] as Look).mean);
      const score = judge(look, restless, drift);
      if (score > (best?.score ?? 0)) best = { atSec: frame.atSec, score };
    });
    if (best) perPassage.push(best);
  }
  const chosen = perPassage.sort((a, b) => b.score - a.score || a.atSec - b.atSec).slice(0, count);
  return chosen.length > 0 ? chosen : fallback ? [fallback] : [];
}

function judge(look: Look, restless: number, drift: number): number {
  if (look.mean < 24 || look.mean > 232 || look.contrast < 16 || look.sharpness < 2) return 0;
  // Brightness that moves one way over half a second is a fade; a large change on both sides is a dissolve or a pan.
  if (drift > 14 || restless > 40) return 0;
  const exposure = 1 - Math.abs(look.mean - 115) / 140;
  const contrast = Math.min(1, look.contrast / 64);
  const sharp = Math.min(1, look.sharpness / 14);
  const rest = 1 - restless / 40;
  return Math.round((0.2 * exposure + 0.3 * contrast + 0.35 * sharp + 0.15 * rest) * 1000) / 1000;
}

/** Mean and spread of brightness, and mean step between neighbouring pixels, all in `[0, 255]`. */
function lookAt(pixels: Uint8Array): Look {
  let sum = 0;
  let squares = 0;
  let steps = 0;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] as number;
    sum += value;
    squares += value * value;
    if (i % GREY_WIDTH_PX !== 0) steps += Math.abs(value - (pixels[i - 1] as number));
    if (i >= GREY_WIDTH_PX) steps += Math.abs(value - (pixels[i - GREY_WIDTH_PX] as number));
  }
  const mean = sum / pixels.length;
  return {
    mean,
    contrast: Math.sqrt(Math.max(0, squares / pixels.length - mean * mean)),
    sharpness: steps / (2 * pixels.length),
  };
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) - (b[i] as number));
  return sum / a.length;
}
