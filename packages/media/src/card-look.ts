import { CARD_HEIGHT_PX, CARD_WIDTH_PX } from './end-args.ts';

/** What a grey picture shows, as far as letters on a plain ground go. */
export interface CardLook {
  looks: 'card' | 'black' | 'other';
  /** How much of each row is letters, in pixels. */
  rows: Uint16Array;
}

/** Grey levels that count as one shade. */
const SHADE = 8;
/** What differs from the ground by more is ink. */
const INK = 36;
/** A plain ground covers this share of a picture with letters ... */
const GROUND_SHARE = 0.6;
/** ... on which the letters take these shares. */
const LEAST_INK = 0.002;
const MOST_INK = 0.25;
/** Strokes of letters are no wider, in pixels of a picture of this width, in the mean. */
const WIDEST_STROKE_PX = 12;
/** A row of letters changes between ground and ink this often, in the mean. */
const LEAST_CHANGES = 6;
/** Rows with letters, as a share of all: at least a line, and never the whole picture. */
const LEAST_ROWS = 0.025;
const MOST_ROWS = 0.9;
/** Ground and ink meet in few pixels; in a dark scene most are something in between. */
const MOST_BETWEEN = 2.2;
/** Black shows nothing brighter than this. */
const BLACK = 34;
const BLACK_INK = 0.001;

/** @param pixels one frame of `CARD_BYTES`, grey */
export function lookAtCard(pixels: Uint8Array): CardLook {
  const ground = groundOf(pixels);
  const rows = new Uint16Array(CARD_HEIGHT_PX);
  let [plain, ink, between, changes, written, bright] = [0, 0, 0, 0, 0, 0];
  for (let y = 0; y < CARD_HEIGHT_PX; y++) {
    let [rowInk, rowChanges, wasInk] = [0, 0, false];
    for (let x = 0; x < CARD_WIDTH_PX; x++) {
      const value = pixels[y * CARD_WIDTH_PX + x] as number;
      const apart = Math.abs(value - ground);
      if (value > BLACK) bright++;
      if (apart <= SHADE * 1.5) plain++;
      else if (apart <= INK) between++;
      const isInk = apart > INK;
      if (isInk) rowInk++;
      if (isInk !== wasInk) rowChanges++;
      wasInk = isInk;
    }
    rows[y] = rowInk;
    ink += rowInk;
    if (rowChanges < 2) continue;
    written++;
    changes += rowChanges;
  }
  const all = pixels.length;
  if (bright <= BLACK_INK * all) return { looks: 'black', rows };
  const isCard =
    plain >= GROUND_SHARE * all &&
    ink >= LEAST_INK * all &&
    ink <= MOST_INK * all &&
    between <= MOST_BETWEEN * ink &&
    written >= LEAST_ROWS * CARD_HEIGHT_PX &&
    written <= MOST_ROWS * CARD_HEIGHT_PX &&
    changes >= LEAST_CHANGES * written &&
    ink * 2 <= WIDEST_STROKE_PX * changes;
  return { looks: isCard ? 'card' : 'other', rows };
}

/** @returns the shade that most of a picture is */
function groundOf(pixels: Uint8Array): number {
  const shades = new Uint32Array(256 / SHADE);
  for (const value of pixels) shades[value >> 3] = (shades[value >> 3] as number) + 1;
  let best = 0;
  for (let i = 1; i < shades.length; i++) if ((shades[i] as number) > (shades[best] as number)) best = i;
  return best * SHADE + SHADE / 2;
}

/** Letters of a roll have moved by no more between two samples, as a share of the height. */
const FARTHEST = 0.3;
/** Rows are the same if they have so much in common. */
const SAME = 0.8;

/** How the letters of one card came out of those of the card before. */
export function compareCards(before: CardLook, after: CardLook): { moved: number; isNew: boolean } {
  const stands = likeness(before.rows, after.rows, 0);
  let [best, moved] = [stands, 0];
  for (let shift = 1; shift <= FARTHEST * CARD_HEIGHT_PX; shift++) {
    for (const by of [shift, -shift]) {
      const alike = likeness(before.rows, after.rows, by);
      // Lines are as far apart as others: the smallest way explains most.
      if (alike > best + 0.03) [best, moved] = [alike, shift];
    }
  }
  if (best < SAME) return { moved: 0, isNew: true };
  return { moved: moved / CARD_HEIGHT_PX, isNew: false };
}

/** @returns how much of the rows is the same when those after are `shift` rows higher up, in `[0, 1]` */
function likeness(before: Uint16Array, after: Uint16Array, shift: number): number {
  let [both, either] = [0, 0];
  for (let y = Math.max(0, -shift); y < CARD_HEIGHT_PX && y + shift < CARD_HEIGHT_PX; y++) {
    const [a, b] = [before[y + shift] as number, after[y] as number];
    both += Math.min(a, b);
    either += Math.max(a, b);
  }
  return either === 0 ? 0 : both / either;
}
