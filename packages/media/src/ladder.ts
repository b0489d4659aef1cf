import type { VideoTrack } from '@marquee/core/inspection';
import type { Rung } from '@marquee/core/plan';

/**
 * The ladder for 16:9 at up to 30 fps: the box a rung fits in, and its ceiling in bits per second. The
 * ceilings follow the H.264 ladders published in Apple's HLS Authoring Specification (2.x), rounded.
 */
const LADDER: { nominalPx: number; boxWidthPx: number; maxrateBps: number }[] = [
  { nominalPx: 2160, boxWidthPx: 3840, maxrateBps: 16_000_000 },
  { nominalPx: 1440, boxWidthPx: 2560, maxrateBps: 9_000_000 },
  { nominalPx: 1080, boxWidthPx: 1920, maxrateBps: 6_000_000 },
  { nominalPx: 720, boxWidthPx: 1280, maxrateBps: 3_400_000 },
  { nominalPx: 480, boxWidthPx: 854, maxrateBps: 1_600_000 },
  { nominalPx: 360, boxWidthPx: 640, maxrateBps: 900_000 },
  { nominalPx: 240, boxWidthPx: 426, maxrateBps: 450_000 },
];

/** A rung closer than this to the one above it, by area, is left out. */
const CLOSE = 0.8;

/**
 * Plans the ladder for a film: never above the source, in its own shape, even sizes, highest first.
 *
 * @param video    display size in pixels and frame rate decide; portrait films use the same boxes turned
 * @param maxRungPx highest nominal rung, for example 1080
 */
export function planLadder(
  video: Pick<VideoTrack, 'displayWidthPx' | 'displayHeightPx' | 'fps'>,
  maxRungPx: number,
): Rung[] {
  const { displayWidthPx: width, displayHeightPx: height } = video;
  const portrait = height > width;
  const long = portrait ? height : width;
  const short = portrait ? width : height;
  const fps = video.fps.num / video.fps.den;
  const rungs: Rung[] = [];
  let above: { area: number; maxrateBps: number } | null = null;
  for (const step of LADDER.filter((each) => each.nominalPx <= Math.max(maxRungPx, 240))) {
    const scale = Math.min(step.boxWidthPx / long, step.nominalPx / short);
    // A source of 1.12 or more of the next box up belongs there; one just above a box is that box's film.
    const lower = LADDER.find((each) => each.nominalPx < step.nominalPx);
    if (scale > 1 && lower && fits(long, short, lower)) continue;
    const used = Math.min(1, scale);
    const widthPx = even(width * used, width);
    const heightPx = even(height * used, height);
    const area = widthPx * heightPx;
    if (above && area >= above.area * CLOSE) continue;
    // Motion at 50 or 60 fps costs about 1.5 times as much as at 25 or 30; a rung never gets more than its elder.
    const rate = Math.round(step.maxrateBps * (fps > 31 ? 1.5 : 1));
    const maxrateBps: number = Math.min(rate, above?.maxrateBps ?? rate);
    rungs.push({
      name: `h264-${step.nominalPx}`,
      nominalPx: step.nominalPx,
      widthPx,
      heightPx,
      maxrateBps,
      bufsizeBits: maxrateBps * 2,
    });
    above = { area, maxrateBps };
  }
  return rungs;
}

function fits(long: number, short: number, step: { nominalPx: number; boxWidthPx: number }): boolean {
  return long <= step.boxWidthPx * 1.12 && short <= step.nominalPx * 1.12;
}

/** Rounds to the nearest even size from 2 pixels to the source's: 4:2:0 has one colour sample per 2 x 2. */
function even(px: number, sourcePx: number): number {
  return Math.max(2, Math.min(Math.round(px / 2), Math.floor(sourcePx / 2)) * 2);
}
