/** How much of each dot of a picture is stroke, from 0 (ground) to 255, row by row. */
export interface Ink {
  widthPx: number;
  heightPx: number;
  values: Uint8Array;
}

/** A picture as it is drawn: luminance and opacity of each dot in turn, both 0 to 255, row by row. */
export interface DrawnPicture {
  widthPx: number;
  heightPx: number;
  values: Uint8Array;
}

/** A line of text in a picture. */
export interface InkLine {
  ink: Ink;
  /** Where its middle lies in the whole picture: 0 is the top, 1 the foot. */
  heightShare: number;
}

/** A dot that is less opaque belongs to no picture. */
const OPAQUE = 64;
/** Luminances that are nearer than this are of one colour. */
const FAR = 40;
/** With less of another colour in it, a picture is all stroke. */
const LEAST_STROKE_SHARE = 0.005;
/** From here on a dot is taken for stroke. */
export const STROKE = 110;
/** Dots and accents are apart from their letters: lower than this share of what is beside them, and as near, they belong to it. */
const ACCENT_SHARE = 0.4;
/** A row with less than this share of the fullest one may lie between two lines that touch. */
const VALLEY_SHARE = 0.12;
/** Lines lower than this are specks. */
const MIN_LINE_PX = 3;

/**
 * Tells strokes from what is around them, whatever the colours are: what borders on the transparent ground is the
 * outline, or the box, and what differs from it the text; where nothing does, all that is drawn is text.
 *
 * @returns what is drawn, cut out, and the row that it begins in; null where nothing is
 */
export function inkOf(picture: DrawnPicture): { ink: Ink; topPx: number } | null {
  const box = drawnBox(picture);
  if (box === null) return null;
  const widthPx = box.right - box.left;
  const heightPx = box.bottom - box.top;
  const light = new Uint8Array(widthPx * heightPx);
  const alpha = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const at = 2 * ((y + box.top) * picture.widthPx + x + box.left);
      light[y * widthPx + x] = picture.values[at] as number;
      alpha[y * widthPx + x] = picture.values[at + 1] as number;
    }
  const ground = groundOf(light, alpha, widthPx, heightPx);
  const values = new Uint8Array(light.length);
  const stroke = strokeOf(light, alpha, ground);
  for (let i = 0; i < values.length; i++) {
    const share = stroke === null ? 1 : ((light[i] as number) - ground) / (stroke - ground);
    values[i] = Math.round(Math.min(1, Math.max(0, share)) * (alpha[i] as number));
  }
  return { ink: { widthPx, heightPx, values }, topPx: box.top };
}

function drawnBox({ widthPx, heightPx, values }: DrawnPicture) {
  const box = { left: widthPx, right: 0, top: heightPx, bottom: 0 };
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      if ((values[2 * (y * widthPx + x) + 1] as number) < OPAQUE) continue;
      if (x < box.left) box.left = x;
      if (x >= box.right) box.right = x + 1;
      if (y < box.top) box.top = y;
      box.bottom = y + 1;
    }
  return box.bottom === 0 ? null : box;
}

/** The middle luminance of those dots that border on the transparent, or on the edge of what is drawn. */
function groundOf(light: Uint8Array, alpha: Uint8Array, widthPx: number, heightPx: number): number {
  const counts = new Uint32Array(256);
  let total = 0;
  const isOpen = (x: number, y: number) =>
    x < 0 || y < 0 || x >= widthPx || y >= heightPx || (alpha[y * widthPx + x] as number) < OPAQUE;
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      if (isOpen(x, y)) continue;
      if (!isOpen(x - 1, y) && !isOpen(x + 1, y) && !isOpen(x, y - 1) && !isOpen(x, y + 1)) continue;
      addOne(counts, light[y * widthPx + x] as number);
      total++;
    }
  return shareAt(counts, total / 2);
}

/** The luminance of the text; null where there is none besides the ground's. */
function strokeOf(light: Uint8Array, alpha: Uint8Array, ground: number): number | null {
  const lighter = new Uint32Array(256);
  const darker = new Uint32Array(256);
  let [nLighter, nDarker, drawn] = [0, 0, 0];
  for (let i = 0; i < light.length; i++) {
    if ((alpha[i] as number) < OPAQUE) continue;
    drawn++;
    const off = (light[i] as number) - ground;
    if (off >= FAR) {
      addOne(lighter, light[i] as number);
      nLighter++;
    } else if (off <= -FAR) {
      addOne(darker, light[i] as number);
      nDarker++;
    }
  }
  if (Math.max(nLighter, nDarker) < drawn * LEAST_STROKE_SHARE) return null;
  // The edges of strokes are mixed with the outline: their middle is farther from it than most of them.
  return nLighter >= nDarker ? shareAt(lighter, nLighter * 0.6) : shareAt(darker, nDarker * 0.4);
}

/** Counts one more at a place. */
export function addOne(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

function shareAt(counts: Uint32Array, wanted: number): number {
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i] as number;
    if (seen > wanted) return i;
  }
  return counts.length - 1;
}

/**
 * Finds the lines of text in a picture, from the top down: rows without a stroke lie between them, or hardly any where
 * long letters of two lines touch.
 *
 * @param pictureHeightPx of the whole picture, of which `topPx` is cut off
 */
export function linesOf({ ink, topPx }: { ink: Ink; topPx: number }, pictureHeightPx: number): InkLine[] {
  const rows = new Uint32Array(ink.heightPx);
  for (let y = 0; y < ink.heightPx; y++)
    for (let x = 0; x < ink.widthPx; x++) if ((ink.values[y * ink.widthPx + x] as number) >= STROKE) addOne(rows, y);
  const bands = withAccents(bandsOf(rows, 0)).flatMap((band) => apart(band, rows));
  return bands
    .filter(([top, bottom]) => bottom - top >= MIN_LINE_PX)
    .map(([top, bottom]) => ({
      ink: cutOut(ink, top, bottom),
      heightShare: (topPx + (top + bottom) / 2) / pictureHeightPx,
    }));
}

type Band = [top: number, bottom: number];

/** Runs `[from, to)` of a profile that are above a value. */
export function bandsOf(profile: ArrayLike<number>, above: number): Band[] {
  const bands: Band[] = [];
  let from = -1;
  for (let i = 0; i <= profile.length; i++) {
    const isOn = i < profile.length && (profile[i] as number) > above;
    if (isOn && from < 0) from = i;
    if (!isOn && from >= 0) {
      bands.push([from, i]);
      from = -1;
    }
  }
  return bands;
}

/** Joins what is low to the nearer of its neighbours. */
function withAccents(bands: readonly Band[]): Band[] {
  const kept = [...bands];
  const heightOf = (at: number) => (kept[at]?.[1] ?? 0) - (kept[at]?.[0] ?? 0);
  const gapTo = (at: number, other: number) =>
    Math.max(kept[at]?.[0] ?? 0, kept[other]?.[0] ?? 0) - Math.min(kept[at]?.[1] ?? 0, kept[other]?.[1] ?? 0);
  for (let i = 0; i < kept.length; i++) {
    const [near] = [i - 1, i + 1]
      .filter((other) => Math.max(heightOf(i), gapTo(i, other)) < heightOf(other) * ACCENT_SHARE)
      .sort((one, other) => gapTo(i, one) - gapTo(i, other));
    if (near === undefined) continue;
    const first = Math.min(i, near);
    kept.splice(first, 2, [kept[first]?.[0] ?? 0, kept[first + 1]?.[1] ?? 0]);
    i = Math.max(-1, first - 2);
  }
  return kept;
}

/** Cuts a band where it holds more than one line. The middle of a single line is what is fullest in it. */
function apart([top, bottom]: Band, rows: Uint32Array): Band[] {
  const height = bottom - top;
  const fullest = Math.max(...rows.subarray(top, bottom));
  let cut = -1;
  for (let y = top + Math.ceil(height * 0.3); y < top + height * 0.7; y++)
    if ((rows[y] as number) < fullest * VALLEY_SHARE && (cut < 0 || (rows[y] as number) < (rows[cut] as number)))
      cut = y;
  if (cut < 0) return [[top, bottom]];
  const isFull = (from: number, to: number) => Math.max(...rows.subarray(from, to)) > fullest * 0.3;
  if (!isFull(top, cut) || !isFull(cut, bottom)) return [[top, bottom]];
  return [...apart([top, cut], rows), ...apart([cut, bottom], rows)];
}

/** Rows `[top, bottom)`, without what is empty on both sides. */
function cutOut(ink: Ink, top: number, bottom: number): Ink {
  const columns = new Uint32Array(ink.widthPx);
  for (let y = top; y < bottom; y++)
    for (let x = 0; x < ink.widthPx; x++) if ((ink.values[y * ink.widthPx + x] as number) >= STROKE) addOne(columns, x);
  const left = Math.max(0, columns.findIndex((count) => count > 0) - 1);
  const right = Math.min(ink.widthPx, columns.findLastIndex((count) => count > 0) + 2);
  const widthPx = right - left;
  const values = new Uint8Array(widthPx * (bottom - top));
  for (let y = top; y < bottom; y++)
    values.set(ink.values.subarray(y * ink.widthPx + left, y * ink.widthPx + right), (y - top) * widthPx);
  return { widthPx, heightPx: bottom - top, values };
}
