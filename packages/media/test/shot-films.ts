import { SHOT_FRAME_BYTES, SHOT_HEIGHT_PX, SHOT_WIDTH_PX } from '../src/frame-difference.ts';

const LUMA = SHOT_WIDTH_PX * SHOT_HEIGHT_PX;

/** Numbers that look like chance and are the same each time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A place to film: soft shapes of some brightness and two colours, on a ground. */
export function place(seed: number): (x: number, y: number) => [number, number, number] {
  const roll = dice(seed * 7919 + 13);
  for (let i = 0; i < 8; i++) roll();
  const ground = 50 + roll() * 110;
  const tint = [roll() * 24 - 12, roll() * 24 - 12] as const;
  const shapes = Array.from({ length: 14 }, () => ({
    x: roll() * 160 - 48,
    y: roll() * 90 - 27,
    size: 4 + roll() * 14,
    light: (roll() - 0.5) * 140,
    cb: (roll() - 0.5) * 40,
    cr: (roll() - 0.5) * 40,
  }));
  return (x, y) => {
    let [luma, cb, cr] = [ground, 128 + tint[0], 128 + tint[1]];
    for (const shape of shapes) {
      const far = ((x - shape.x) ** 2 + (y - shape.y) ** 2) / shape.size ** 2;
      if (far > 1) continue;
      const share = far > 0.6 ? (1 - far) / 0.4 : 1;
      luma += shape.light * share;
      cb += shape.cb * share;
      cr += shape.cr * share;
    }
    return [luma, cb, cr];
  };
}

/** Films a place from a point; `noise` is grain, in steps of brightness. */
export function frame(
  scene: ReturnType<typeof place>,
  at: { x?: number; y?: number; light?: number; noise?: number; roll?: () => number } = {},
): Uint8Array {
  const { x = 0, y = 0, light = 0, noise = 0, roll = () => 0.5 } = at;
  const pixels = new Uint8Array(SHOT_FRAME_BYTES);
  const clamp = (value: number) => Math.round(Math.min(235, Math.max(16, value)));
  for (let row = 0; row < SHOT_HEIGHT_PX; row++) {
    for (let column = 0; column < SHOT_WIDTH_PX; column++) {
      const [luma, cb, cr] = scene(column + x, row + y);
      pixels[row * SHOT_WIDTH_PX + column] = clamp(luma + light + (roll() - 0.5) * 2 * noise);
      if (row % 2 === 0 && column % 2 === 0) {
        const half = (row / 2) * (SHOT_WIDTH_PX / 2) + column / 2;
        pixels[LUMA + half] = clamp(cb);
        pixels[LUMA + LUMA / 4 + half] = clamp(cr);
      }
    }
  }
  return pixels;
}

/** @returns a mixture of two pictures */
export function mix(a: Uint8Array, b: Uint8Array, share: number): Uint8Array {
  return a.map((value, i) => Math.round(value * (1 - share) + (b[i] as number) * share));
}

/** @returns a picture that shows nothing */
export function black(): Uint8Array {
  return new Uint8Array(SHOT_FRAME_BYTES).fill(16, 0, LUMA).fill(128, LUMA);
}
