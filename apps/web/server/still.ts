import sharp, { type Sharp } from 'sharp';
import { container } from './container.ts';

/** What stands in for a still until it is loaded. */
export interface Preview {
  /** The still, 24 pixels wide, as a data address of about 150 bytes. */
  dataUrl: string;
  /** Its prevailing hue, in degrees of OKLCH, and how colourful it is, in `[0, 0.06]`: for tints. */
  hueDeg: number;
  chroma: number;
}

/** Widths that stills are served in, in pixels. */
export const STILL_WIDTHS_PX = [160, 480, 960, 1600] as const;
const PREVIEW_WIDTH_PX = 24;
const DAY_MS = 24 * 3600 * 1000;
const MAX_TINT_CHROMA = 0.06;

/** What tells one picture of a film from another in its address. */
export function pictureVersion(key: string): string {
  return key.split('/').slice(-3).join('-');
}

/** @returns a tiny picture and the colour of a still, kept after the first time; null if it cannot be read. */
export async function previewOf(posterKey: string | null): Promise<Preview | null> {
  if (posterKey === null) return null;
  const { engines, log } = await container();
  const preview = await engines.cache.getOrCompute(
    `preview:${posterKey}`,
    { ttlMs: DAY_MS, negativeTtlMs: 60_000 },
    async () => {
      try {
        const small = (await withoutBars(await readObject(posterKey))).resize({ width: PREVIEW_WIDTH_PX });
        const [webp, pixel] = await Promise.all([
          small.clone().webp({ quality: 40 }).toBuffer(),
          small.clone().resize(1, 1, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer(),
        ]);
        return { dataUrl: `data:image/webp;base64,${webp.toString('base64')}`, ...tintOf(pixel) };
      } catch (error) {
        log.warn('a still could not be previewed', { posterKey, err: error });
        return undefined;
      }
    },
  );
  return preview ?? null;
}

/** A still without its black bars, scaled down to `widthPx` where it is larger, as WebP. */
export async function scaledStill(posterKey: string, widthPx: number): Promise<Buffer> {
  const picture = await withoutBars(await readObject(posterKey));
  return picture.resize({ width: widthPx, withoutEnlargement: true }).webp({ quality: 78 }).toBuffer();
}

/** Darkness up to which a line counts as part of a bar, and the least of the height that must remain. */
const BAR_THRESHOLD = 24;
const MIN_KEPT_HEIGHT = 0.5;

/** Cuts bars above and below a wide film away, if both are there and nothing but bars would go. */
async function withoutBars(still: Buffer): Promise<Sharp> {
  const { width = 0, height = 0 } = await sharp(still).metadata();
  try {
    const { info } = await sharp(still)
      .trim({ background: '#000', threshold: BAR_THRESHOLD })
      .toBuffer({ resolveWithObject: true });
    const top = -(info.trimOffsetTop ?? 0);
    const bottom = height - top - info.height;
    const isBars = top > 4 && Math.abs(top - bottom) <= 4 && info.width > width * 0.97;
    if (isBars && info.height >= height * MIN_KEPT_HEIGHT)
      return sharp(still).extract({ left: 0, top, width, height: info.height });
  } catch {
    // Black all over: nothing remains to be kept.
  }
  return sharp(still);
}

export async function readObject(key: string): Promise<Buffer> {
  const { engines } = await container();
  const parts: Uint8Array[] = [];
  for await (const part of (await engines.objects.get(key)).body) parts.push(part);
  return Buffer.concat(parts);
}

/** Hue and chroma of an sRGB pixel in OKLCH (Björn Ottosson, "A perceptual color space for image processing"). */
export function tintOf(pixel: Uint8Array): { hueDeg: number; chroma: number } {
  const [r, g, b] = [...pixel].slice(0, 3).map((value) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const hueDeg = Math.round((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360;
  return { hueDeg, chroma: Math.round(Math.min(MAX_TINT_CHROMA, Math.hypot(a, bb)) * 1000) / 1000 };
}
