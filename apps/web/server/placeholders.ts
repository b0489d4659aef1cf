import { setTimeout as sleep } from 'node:timers/promises';
import type { PictureAddress } from '@marquee/core/catalogue';
import sharp from 'sharp';
import { pictureOf } from '../view/catalogue-words.ts';
import { container } from './container.ts';
import { type Preview, tintOf } from './still.ts';

/** What stands in for a picture of the catalogue until it is loaded. */
export interface Placeholder extends Preview {
  /** The picture's colours from top to bottom as a CSS gradient: enough for a small poster, and a tenth of its preview. */
  gradient: string;
}

export type Placeholders = ReadonlyMap<PictureAddress, Placeholder>;

/** The smallest size that pictures of this shape come in. */
const SMALLEST = { poster: 'w92', backdrop: 'w300', portrait: 'w45' } as const;
const PREVIEW_WIDTH_PX = 20;
const GRADIENT_STOPS = 4;

/** A page waits no longer than this for placeholders; those that are late are there next time. */
const PATIENCE_MS = 40;
const FETCH_TIMEOUT_MS = 3000;
const MAX_BYTES = 256 * 1024;
const MONTH_MS = 30 * 24 * 3600 * 1000;
const AGAIN_MS = 5 * 60_000;

/** Fetched at once by this process, and waiting for it; more are left for another visit. */
const AT_ONCE = 4;
const MAX_WAITING = 400;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Placeholders of pictures, as far as they are known in an instant. Unknown ones are made in the background from the
 * picture's smallest size and kept; a host that is away costs a page nothing but colour.
 */
export async function placeholdersOf(
  pictures: { address: PictureAddress | null; shape: keyof typeof SMALLEST }[],
): Promise<Placeholders> {
  const { engines } = await container();
  const found = new Map<PictureAddress, Placeholder>();
  const asked = new Map(pictures.map(({ address, shape }) => [address, shape]));
  const all = [...asked].map(async ([address, shape]) => {
    if (address === null) return;
    const made = await engines.cache
      .getOrCompute(`placeholder:${address}`, { ttlMs: MONTH_MS, negativeTtlMs: AGAIN_MS }, () =>
        make(pictureOf(address, SMALLEST[shape])),
      )
      // Too many are waiting: asked for again by the next visit.
      .catch(() => undefined);
    if (made) found.set(address, made);
  });
  await Promise.race([Promise.all(all), sleep(PATIENCE_MS)]);
  return new Map(found);
}

async function make(url: string): Promise<Placeholder | undefined> {
  await turn();
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' });
    if (!answer.ok || Number(answer.headers.get('content-length') ?? 0) > MAX_BYTES) return undefined;
    const small = sharp(Buffer.from(await answer.arrayBuffer())).resize({ width: PREVIEW_WIDTH_PX });
    const pixels = (width: number, height: number) =>
      small.clone().resize(width, height, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer();
    const [webp, pixel, column] = await Promise.all([
      small.clone().webp({ quality: 40 }).toBuffer(),
      pixels(1, 1),
      pixels(1, GRADIENT_STOPS),
    ]);
    const stops = Array.from({ length: GRADIENT_STOPS }, (_, i) => `#${column.toString('hex', i * 3, i * 3 + 3)}`);
    return {
      dataUrl: `data:image/webp;base64,${webp.toString('base64')}`,
      ...tintOf(pixel),
      gradient: `linear-gradient(${stops.join(',')})`,
    };
  } catch {
    // Away, or no picture: the frame stays plain.
    return undefined;
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function turn(): Promise<void> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) throw new Error('too many placeholders are waiting to be made');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
}
