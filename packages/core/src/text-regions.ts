import type { Box } from './frame-parts.ts';

/** From here on a dot belongs to letters, and a region holds some: the authors' values. */
const INK = 0.3;
const LEAST_MEAN = 0.6;
/** The model finds the core of a line, which is as much smaller (Liao et al., "Real-time Scene Text Detection", 2020). */
const GROW = 1.6;
/** Lower ones cannot be read, in dots of the map. */
const LEAST_HEIGHT_PX = 5;
/** Letters stand beside each other: what is higher than wide is none, or upright writing, which cannot be read. */
const LEAST_WIDTH_IN_HEIGHTS = 1.1;

/**
 * Finds lines of text in what a detector says of each dot.
 *
 * @param likelihoods that a dot belongs to a line, in `[0, 1]`, row by row
 * @returns boxes in dots of the map, from top to bottom
 */
export function textRegions(
  likelihoods: Float32Array,
  widthPx: number,
  heightPx: number,
): (Box & { confidence: number })[] {
  const seen = new Uint8Array(likelihoods.length);
  const regions: (Box & { confidence: number })[] = [];
  for (let start = 0; start < likelihoods.length; start++) {
    if (seen[start] === 1 || (likelihoods[start] as number) < INK) continue;
    const core = flood(likelihoods, seen, start, widthPx, heightPx);
    const width = core.right - core.left;
    const height = core.bottom - core.top;
    if (core.sum / core.count < LEAST_MEAN || width < height * LEAST_WIDTH_IN_HEIGHTS) continue;
    const grow = (width * height * GROW) / (2 * (width + height));
    const box = {
      left: Math.max(0, core.left - grow),
      right: Math.min(widthPx, core.right + grow),
      top: Math.max(0, core.top - grow),
      bottom: Math.min(heightPx, core.bottom + grow),
    };
    if (box.bottom - box.top >= LEAST_HEIGHT_PX) regions.push({ ...box, confidence: core.sum / core.count });
  }
  return regions.sort((a, b) => a.top - b.top || a.left - b.left);
}

function flood(likelihoods: Float32Array, seen: Uint8Array, start: number, widthPx: number, heightPx: number) {
  const core = { left: widthPx, right: 0, top: heightPx, bottom: 0, sum: 0, count: 0 };
  const open = [start];
  seen[start] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % widthPx;
    const y = (at - x) / widthPx;
    core.left = Math.min(core.left, x);
    core.right = Math.max(core.right, x + 1);
    core.top = Math.min(core.top, y);
    core.bottom = Math.max(core.bottom, y + 1);
    core.sum += likelihoods[at] as number;
    core.count++;
    for (const [nx, ny] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ] as const) {
      if (nx < 0 || ny < 0 || nx >= widthPx || ny >= heightPx) continue;
      const next = ny * widthPx + nx;
      if (seen[next] === 1 || (likelihoods[next] as number) < INK) continue;
      seen[next] = 1;
      open.push(next);
    }
  }
  return core;
}
