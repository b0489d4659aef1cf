/** Size of the pictures in which shots are looked for, in pixels. */
export const SHOT_WIDTH_PX = 64;
export const SHOT_HEIGHT_PX = 36;
const LUMA = SHOT_WIDTH_PX * SHOT_HEIGHT_PX;
const CHROMA = LUMA / 4;
/** One picture as planes of brightness and, at half the size, of two colours. */
export const SHOT_FRAME_BYTES = LUMA + 2 * CHROMA;

/** Blocks are looked for in the other picture as far as this, in pixels each way: a fast pan from frame to frame. */
const REACH_X = 4;
const REACH_Y = 2;
const BLOCK_W = 8;
const BLOCK_H = 6;
/** A block that differs by less a pixel is the same: noise and grain. */
const NOISE = 2;
/** Brightness by 16 steps, then each colour by 16 steps. */
const BINS = 16;
const COLOUR_BINS = 2 * BINS;

/** A picture with what is asked of it again and again. */
export interface Look {
  pixels: Uint8Array;
  /** Mean and spread of brightness, in `[0, 255]`. */
  mean: number;
  spread: number;
  /** Shares of its pixels by brightness, then by each colour; each of the three adds up to 1. */
  shares: Float32Array;
}

/** @param pixels a picture of `SHOT_FRAME_BYTES`, in limited range */
export function lookAt(pixels: Uint8Array): Look {
  let sum = 0;
  let squares = 0;
  const shares = new Float32Array(BINS + COLOUR_BINS);
  for (let i = 0; i < LUMA; i++) {
    const value = pixels[i] as number;
    sum += value;
    squares += value * value;
    spread(shares, 0, value / 16, 1 / LUMA);
  }
  for (let i = 0; i < 2 * CHROMA; i++) {
    // Colours lie near the middle: steps of 4 there tell more than steps of 16 over all.
    const value = Math.min(255, Math.max(0, ((pixels[LUMA + i] as number) - 128) * 2.5 + 128));
    spread(shares, i < CHROMA ? BINS : 2 * BINS, value / 16, 1 / CHROMA);
  }
  const mean = sum / LUMA;
  return { pixels, mean, spread: Math.sqrt(Math.max(0, squares / LUMA - mean * mean)), shares };
}

/** Counts a value in the two steps that it lies between, so that a small change never moves much. */
function spread(shares: Float32Array, offset: number, step: number, weight: number): void {
  const at = Math.max(0, Math.min(BINS - 1, step - 0.5));
  const low = Math.floor(at);
  const part = at - low;
  shares[offset + low] = (shares[offset + low] as number) + weight * (1 - part);
  if (part > 0) shares[offset + low + 1] = (shares[offset + low + 1] as number) + weight * part;
}

/** @returns how far two pictures are apart by their colours, wherever these are: 0 for the same, 1 for no colour in common */
export function colourDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) - (b[i] as number)) * (i < BINS ? 1 : 0.5);
  return sum / 4;
}

/**
 * How little one picture looks like a continuation of the other: what is left when each block of it is taken from the best
 * place near by in the other, by the pictures' own contrast, and their colours. Motion of things and of the camera
 * leaves little; of two shots hardly anything is found again.
 *
 * @returns 0 for the same picture, about 0.5 and more for two of different shots
 */
export function difference(a: Look, b: Look): number {
  const left = residual(a.pixels, b.pixels) / (8 + (a.spread + b.spread) / 2);
  return 0.55 * Math.min(1.5, left) + 0.45 * Math.min(1, 1.6 * colourDistance(a.shares, b.shares));
}

function residual(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let y = 0; y < SHOT_HEIGHT_PX; y += BLOCK_H)
    for (let x = 0; x < SHOT_WIDTH_PX; x += BLOCK_W) sum += blockResidual(a, b, x, y);
  return sum / LUMA;
}

function blockResidual(a: Uint8Array, b: Uint8Array, x: number, y: number): number {
  let best = blockSum(a, b, x, y, 0, 0, Number.POSITIVE_INFINITY);
  const enough = NOISE * BLOCK_W * BLOCK_H;
  const fromY = Math.max(-REACH_Y, -y);
  const toY = Math.min(REACH_Y, SHOT_HEIGHT_PX - BLOCK_H - y);
  const fromX = Math.max(-REACH_X, -x);
  const toX = Math.min(REACH_X, SHOT_WIDTH_PX - BLOCK_W - x);
  for (let dy = fromY; dy <= toY && best > enough; dy++)
    for (let dx = fromX; dx <= toX && best > enough; dx++)
      if (dx !== 0 || dy !== 0) best = Math.min(best, blockSum(a, b, x, y, dx, dy, best));
  return best;
}

/** @returns the difference of a block from one of the other picture, or any number above `most` if it is more */
function blockSum(a: Uint8Array, b: Uint8Array, x: number, y: number, dx: number, dy: number, most: number): number {
  let sum = 0;
  for (let row = 0; row < BLOCK_H && sum <= most; row++) {
    const at = (y + row) * SHOT_WIDTH_PX + x;
    const from = at + dy * SHOT_WIDTH_PX + dx;
    for (let i = 0; i < BLOCK_W; i++) sum += Math.abs((b[at + i] as number) - (a[from + i] as number));
  }
  return sum;
}

/** Steps of brightness count by their roots, so that a few hard edges do not outweigh all others. */
const ROOTS = Float32Array.from({ length: 256 }, (_, step) => Math.sqrt(step));

/**
 * How much two pictures have the same outlines, whatever light falls on them: an explosion changes all colours and leaves
 * the walls where they are.
 *
 * @returns up to 1 for the same outlines, about 0 for two that have nothing in common
 */
export function outlineLikeness(a: Look, b: Look): number {
  let both = 0;
  let ofA = 0;
  let ofB = 0;
  for (const step of [1, SHOT_WIDTH_PX]) {
    for (let i = 0; i < LUMA - step; i++) {
      const inA = rootOf((a.pixels[i + step] as number) - (a.pixels[i] as number));
      const inB = rootOf((b.pixels[i + step] as number) - (b.pixels[i] as number));
      both += inA * inB;
      ofA += inA * inA;
      ofB += inB * inB;
    }
  }
  return ofA > 0 && ofB > 0 ? both / Math.sqrt(ofA * ofB) : 0;
}

function rootOf(step: number): number {
  return step < 0 ? -(ROOTS[-step] as number) : (ROOTS[step] as number);
}

/** Where a picture lies on the way from one to another. */
export interface Mixture {
  /** Mean difference of the two, of brightness, in `[0, 255]`. */
  apart: number;
  /** How far along it is: 0 at the first, 1 at the second. */
  share: number;
  /** What of it is no mixture of the two, by what they differ; near 0 within a dissolve. */
  rest: number;
  /** How much the two have the same structure, whatever their brightness: 1 for the same. */
  likeness: number;
}

/** Tries to explain a picture as a mixture of two others, which it is in the middle of a dissolve. */
export function mixtureOf(a: Look, middle: Look, b: Look): Mixture {
  let along = 0;
  let length = 0;
  let apart = 0;
  let product = 0;
  for (let i = 0; i < LUMA; i++) {
    const from = a.pixels[i] as number;
    const to = b.pixels[i] as number;
    along += ((middle.pixels[i] as number) - from) * (to - from);
    length += (to - from) * (to - from);
    apart += Math.abs(to - from);
    product += (from - a.mean) * (to - b.mean);
  }
  const share = length > 0 ? along / length : 0;
  let rest = 0;
  for (let i = 0; i < LUMA; i++) {
    const from = a.pixels[i] as number;
    rest += Math.abs((middle.pixels[i] as number) - from - share * ((b.pixels[i] as number) - from));
  }
  return {
    apart: apart / LUMA,
    share,
    rest: apart > 0 ? rest / apart : 1,
    likeness: product / LUMA / Math.max(1, a.spread * b.spread),
  };
}
