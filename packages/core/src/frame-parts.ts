/** A frame of a film: red, green and blue of each dot in turn, row by row. */
export interface Frame {
  widthPx: number;
  heightPx: number;
  rgb: Uint8Array;
}

/** A part of a picture in its dots, `[left, right)` and `[top, bottom)`; need not lie on whole dots. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * A part of a frame in another size: each new dot is the mean of the dots that it covers, or lies between the nearest
 * four where it is enlarged. What lies outside of the frame is black.
 */
export function resized(frame: Frame, box: Box, widthPx: number, heightPx: number): Frame {
  const across = weightsOf(box.left, box.right, widthPx, frame.widthPx);
  const down = weightsOf(box.top, box.bottom, heightPx, frame.heightPx);
  const rgb = new Uint8Array(3 * widthPx * heightPx);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (const [row, a] of down[y] as Weight[])
        for (const [column, b] of across[x] as Weight[]) {
          const at = 3 * (row * frame.widthPx + column);
          red += (frame.rgb[at] as number) * a * b;
          green += (frame.rgb[at + 1] as number) * a * b;
          blue += (frame.rgb[at + 2] as number) * a * b;
        }
      const to = 3 * (y * widthPx + x);
      rgb[to] = Math.round(red);
      rgb[to + 1] = Math.round(green);
      rgb[to + 2] = Math.round(blue);
    }
  return { widthPx, heightPx, rgb };
}

type Weight = [place: number, share: number];

/** Which old dots each new one is made of, along one axis. */
function weightsOf(from: number, to: number, count: number, limit: number): Weight[][] {
  const step = (to - from) / count;
  return Array.from({ length: count }, (_, i) => {
    const weights: Weight[] = [];
    const add = (place: number, share: number) => {
      if (place >= 0 && place < limit && share > 1e-6) weights.push([place, share]);
    };
    if (step > 1) {
      const [start, end] = [from + i * step, from + (i + 1) * step];
      for (let place = Math.floor(start); place < end; place++) {
        add(place, (Math.min(end, place + 1) - Math.max(start, place)) / step);
      }
    } else {
      const middle = from + (i + 0.5) * step - 0.5;
      const place = Math.floor(middle);
      add(place, 1 - (middle - place));
      add(place + 1, middle - place);
    }
    return weights;
  });
}

/** How much of two boxes together is in both, in `[0, 1]`. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const area = ({ left, right, top, bottom }: Box) => (right - left) * (bottom - top);
  return (width * height) / (area(a) + area(b) - width * height);
}

/** Of boxes that mean the same thing only the surest stays. @param most overlap of two that are apart */
export function withoutDoubles<B extends Box & { confidence: number }>(boxes: readonly B[], most: number): B[] {
  const kept: B[] = [];
  for (const box of [...boxes].sort((a, b) => b.confidence - a.confidence)) {
    if (kept.every((other) => overlap(box, other) <= most)) kept.push(box);
  }
  return kept;
}
