import { crc32, deflateSync } from 'node:zlib';
import { Dice } from './dice.ts';

/** Width to height, by the first letter of a picture's name: posters, backdrops, stills, faces. */
const SHAPES: Record<string, number> = { p: 2 / 3, b: 16 / 9, s: 16 / 9, f: 2 / 3 };
const ORIGINAL_WIDTH_PX = 1920;
const COLOURS = 256;

/**
 * A picture to a name: two tones that run into each other, and a disc. PNG, since Node can make that by itself;
 * whoever shows pictures goes by their type, not by their names.
 *
 * @param size w342, h632 or original
 * @returns null for a size or a name that there is not
 */
export function drawPicture(size: string, name: string): Buffer | null {
  const shape = SHAPES[name[0] ?? ''];
  const asked = /^(?:([wh])(\d{2,4})|original)$/.exec(size);
  if (shape === undefined || !asked || !/^[a-z0-9]+\.jpg$/.test(name)) return null;
  const [, side, px] = asked;
  const width = side === 'h' ? Math.round(Number(px) * shape) : Number(px ?? ORIGINAL_WIDTH_PX);
  const height = side === 'h' ? Number(px) : Math.round(width / shape);

  const dice = new Dice(name);
  const [from, to] = [colour(dice), colour(dice)];
  const palette = Buffer.alloc(COLOURS * 3);
  for (let i = 0; i < palette.length; i++) {
    const part = Math.floor(i / 3) / (COLOURS - 1);
    palette[i] = Math.round((from[i % 3] ?? 0) * (1 - part) + (to[i % 3] ?? 0) * part);
  }
  const disc = {
    x: dice.share() * width,
    y: (0.2 + dice.share() * 0.5) * height,
    radius: height / (3 + dice.share() * 3),
  };
  // One byte for each pixel, and one before each line that says it is written as it is.
  const pixels = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const tone = Math.round((y / height) * (COLOURS - 1));
    const line = y * (width + 1) + 1;
    pixels.fill(tone, line, line + width);
    const half = Math.sqrt(Math.max(0, disc.radius ** 2 - (y - disc.y) ** 2));
    const left = Math.round(Math.min(Math.max(disc.x - half, 0), width));
    pixels.fill(COLOURS - 1 - tone, line + left, line + Math.round(Math.min(disc.x + half, width)));
  }

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, each a place in the palette (PNG, 11.2.2).
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(pixels, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function colour(dice: Dice): number[] {
  return [dice.between(20, 220), dice.between(20, 200), dice.between(40, 220)];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
