import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A picture as PGS has it: a number of the palette for each dot, row by row. */
interface PgsPicture {
  widthPx: number;
  heightPx: number;
  dots: Uint8Array;
}

/** Text on a canvas for a while; a text without an end stands until the next. */
export interface DrawnText {
  startMs: number;
  endMs: number | null;
  text: string;
  /** From the canvas's top to the text's. */
  topPx: number;
  isItalic?: boolean;
}

const FONTS = {
  upright: ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf', '/usr/share/fonts/dejavu/DejaVuSans.ttf'],
  italic: ['/usr/share/fonts/truetype/dejavu/DejaVuSans-Oblique.ttf', '/usr/share/fonts/dejavu/DejaVuSans-Oblique.ttf'],
};

/** @returns whether there are the typefaces that texts are drawn with */
export function hasFonts(): boolean {
  return Object.values(FONTS).every((paths) => paths.some(existsSync));
}

/**
 * Makes a file of Blu-ray subtitles (.sup), as ffmpeg reads but does not write them, of texts that ffmpeg draws: white
 * with a black outline, soft edges, a transparent ground.
 *
 * @param folder for temporary files
 */
export function pgsFile(
  canvas: { widthPx: number; heightPx: number; fontPx: number },
  texts: DrawnText[],
  folder: string,
): Buffer {
  const parts: Buffer[] = [];
  let number = 0;
  const add = (atMs: number, segments: [kind: number, data: Buffer][]) => {
    for (const [kind, data] of [...segments, [0x80, Buffer.alloc(0)] as [number, Buffer]]) {
      const head = Buffer.alloc(13);
      head.write('PG', 'latin1');
      head.writeUInt32BE(Math.round(atMs * 90), 2);
      head.writeUInt8(kind, 10);
      head.writeUInt16BE(data.length, 11);
      parts.push(head, data);
    }
  };
  for (const text of texts) {
    const picture = draw(canvas, text, folder);
    const [x, y] = [Math.round((canvas.widthPx - picture.widthPx) / 2), text.topPx];
    const window = bytes([1, 8], [0, 8], [x, 16], [y, 16], [picture.widthPx, 16], [picture.heightPx, 16]);
    const object = bytes([0, 16], [0, 8], [0, 8], [x, 16], [y, 16]);
    add(text.startMs, [
      [0x16, Buffer.concat([composition(canvas, number++, 0x80, 1), object])],
      [0x17, window],
      [0x14, palette()],
      ...objects(picture),
    ]);
    if (text.endMs !== null)
      add(text.endMs, [
        [0x16, composition(canvas, number++, 0, 0)],
        [0x17, window],
      ]);
  }
  return Buffer.concat(parts);
}

function bytes(...fields: [value: number, bits: 8 | 16 | 24][]): Buffer {
  const whole = Buffer.alloc(fields.reduce((sum, [, bits]) => sum + bits / 8, 0));
  let at = 0;
  for (const [value, bits] of fields) at = whole.writeUIntBE(value, at, bits / 8);
  return whole;
}

function composition(canvas: { widthPx: number; heightPx: number }, number: number, state: number, objects: number) {
  return bytes(
    ...([
      [canvas.widthPx, 16],
      [canvas.heightPx, 16],
      [0x10, 8],
      [number, 16],
    ] as [number, 8 | 16][]),
    ...([
      [state, 8],
      [0, 8],
      [0, 8],
      [objects, 8],
    ] as [number, 8][]),
  );
}

/** Sixteen luminances by sixteen opacities. */
function palette(): Buffer {
  const entries = Array.from({ length: 255 }, (_, i) => {
    const dot = i + 1;
    return bytes([dot, 8], [16 + Math.round(((dot >> 4) / 15) * 219), 8], [128, 8], [128, 8], [(dot & 15) * 17, 8]);
  });
  return Buffer.concat([bytes([0, 8], [0, 8]), ...entries]);
}

const FRAGMENT_BYTES = 60_000;

function objects(picture: PgsPicture): [number, Buffer][] {
  const packed = runLengths(picture);
  const size = bytes([packed.length + 4, 24], [picture.widthPx, 16], [picture.heightPx, 16]);
  const data = Buffer.concat([size, packed]);
  const count = Math.ceil(data.length / FRAGMENT_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const place = (i === 0 ? 0x80 : 0) | (i === count - 1 ? 0x40 : 0);
    const fragment = data.subarray(i * FRAGMENT_BYTES, (i + 1) * FRAGMENT_BYTES);
    return [0x15, Buffer.concat([bytes([0, 16], [0, 8], [place, 8]), fragment])];
  });
}

function runLengths({ widthPx, heightPx, dots }: PgsPicture): Buffer {
  const packed: number[] = [];
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; ) {
      const dot = dots[y * widthPx + x] as number;
      let run = 1;
      while (x + run < widthPx && run < 16_383 && dots[y * widthPx + x + run] === dot) run++;
      const isShort = run < 64;
      const length = isShort ? [run] : [0x40 | (run >> 8), run & 255];
      if (dot === 0) packed.push(0, ...length);
      else if (run < 3) for (let i = 0; i < run; i++) packed.push(dot);
      else packed.push(0, 0x80 | (length[0] as number), ...length.slice(1), dot);
      x += run;
    }
    packed.push(0, 0);
  }
  return Buffer.from(packed);
}

/** Has ffmpeg draw a text on green, and takes the green for transparent. */
function draw(
  { widthPx, fontPx }: { widthPx: number; fontPx: number },
  { text, isItalic = false }: DrawnText,
  folder: string,
): PgsPicture {
  const heightPx = Math.round(fontPx * 1.25 * (text.split('\n').length + 0.4));
  const font = FONTS[isItalic ? 'italic' : 'upright'].find(existsSync);
  const look = `fontfile=${font}:fontsize=${fontPx}:fontcolor=white:borderw=2:bordercolor=black:expansion=none`;
  const lines = text.split('\n').map((line, i) => {
    writeFileSync(join(folder, `line-${i}.txt`), line);
    const baseline = Math.round(fontPx * 1.25 * (i + 0.9));
    return `drawtext=${look}:textfile=line-${i}.txt:x=(w-text_w)/2:y=${baseline}-max_glyph_a`;
  });
  const filters = `color=c=0x00ff00:s=${widthPx}x${heightPx}:r=1:d=1,format=rgb24,${lines.join(',')}`;
  const argv = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', filters, '-frames:v', '1', '-f', 'rawvideo', 'pipe:1'];
  const drawn = execFileSync('ffmpeg', argv, { cwd: folder, maxBuffer: 64 * 1024 ** 2 });
  const dots = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => {
    const [red, green] = [drawn[3 * i] as number, drawn[3 * i + 1] as number];
    const opacity = 1 - Math.max(0, green - red) / 255;
    const light = opacity === 0 ? 0 : Math.min(1, red / 255 / opacity);
    const alpha = Math.round(opacity * 15);
    return alpha === 0 ? 0 : (Math.round(light * 15) << 4) | alpha;
  });
  return { widthPx, heightPx, dots };
}
