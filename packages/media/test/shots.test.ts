import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPalette } from '../src/palette.ts';
import { createShotFinder, type FoundShots } from '../src/shots.ts';
import { black, dice, frame, mix, place } from './shot-films.ts';

const FPS = 24;

function find(frames: Uint8Array[]): FoundShots {
  const finder = createShotFinder(FPS);
  for (const pixels of frames) finder.push(pixels);
  return finder.finish();
}

/** A shot of some frames: a camera that moves by `dx` a frame, grain, and light that changes by `dim` a frame. */
function shot(seed: number, count: number, how: { dx?: number; dim?: number; noise?: number } = {}): Uint8Array[] {
  const scene = place(seed);
  const roll = dice(seed + 1);
  const { dx = 0.1, dim = 0, noise = 2 } = how;
  return Array.from({ length: count }, (_, i) => frame(scene, { x: dx * i, light: dim * i, noise, roll }));
}

const framesOf = (found: FoundShots) => found.boundaries.map((each) => each.frame);

describe('shots', () => {
  it('begin at cuts, whatever moves within them', () => {
    const found = find([...shot(1, 40), ...shot(2, 30, { dx: 2 }), ...shot(3, 17, { dx: -3 }), ...shot(4, 60)]);
    expect(found.boundaries).toEqual([
      { frame: 40, kind: 'cut' },
      { frame: 70, kind: 'cut' },
      { frame: 87, kind: 'cut' },
    ]);
    expect(found.frameCount).toBe(147);
  });

  it.each([
    ['a fast pan', shot(5, 96, { dx: 3.5 })],
    ['light that rises', shot(6, 96, { dim: 0.8 })],
    ['noise alone', shot(7, 96, { noise: 60 })],
    ['a still picture', Array.from({ length: 96 }, () => frame(place(8)))],
  ])('do not begin within %s', (_, frames) => {
    expect(find(frames).boundaries).toEqual([]);
  });

  it.each([1, 2, 4])('do not begin at a flash of %i frames', (length) => {
    const frames = shot(9, 96);
    for (let i = 40; i < 40 + length; i++) frames[i] = frame(place(9), { x: 4, light: 150 });
    expect(find(frames).boundaries).toEqual([]);
  });

  it('pass through black once', () => {
    const [a, b] = [shot(10, 60), shot(11, 60)];
    const out = Array.from({ length: 12 }, (_, i) => mix(a.at(-1) as Uint8Array, black(), (i + 1) / 12));
    const dark = Array.from({ length: 8 }, black);
    const into = Array.from({ length: 12 }, (_, i) => mix(black(), b[0] as Uint8Array, (i + 1) / 12));
    const found = find([...a, ...out, ...dark, ...into, ...b]);
    expect(found.boundaries).toHaveLength(1);
    expect(found.boundaries[0]?.kind).toBe('fade');
    expect(Math.abs((framesOf(found)[0] as number) - 76)).toBeLessThanOrEqual(3);
    expect(found.black).toHaveLength(1);
  });

  it.each([8, 16, 24, 40])('meet in the middle of a dissolve of %i frames', (length) => {
    const [a, b] = [shot(12, 50 + length), shot(13, 50 + length)];
    const both = Array.from({ length }, (_, i) =>
      mix(a[50 + i] as Uint8Array, b[i] as Uint8Array, (i + 1) / (length + 1)),
    );
    const found = find([...a.slice(0, 50), ...both, ...b.slice(length)]);
    expect(found.boundaries.map(({ kind }) => kind)).toEqual(['dissolve']);
    expect(Math.abs((framesOf(found)[0] as number) - 50 - length / 2)).toBeLessThanOrEqual(4);
  });

  it('are all of the film, in order, for any run of shots', () => {
    const film = fc.array(fc.record({ seed: fc.nat(500), count: fc.integer({ min: 1, max: 40 }) }), { maxLength: 6 });
    fc.assert(
      fc.property(film, (parts) => {
        const frames = parts.flatMap(({ seed, count }) => shot(seed, count));
        const found = find(frames);
        expect(found.frameCount).toBe(frames.length);
        const at = framesOf(found);
        expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
        for (const each of at) expect(each > 0 && each < frames.length).toBe(true);
        expect(find(frames)).toEqual(found);
      }),
      { numRuns: 25 },
    );
  });
});

it('a palette names the colours that most of the film is of', () => {
  const palette = createPalette();
  const plain = (y: number, cb: number, cr: number) => frame(() => [y, cb, cr]);
  for (let i = 0; i < 6; i++) palette.add(plain(81, 90, 240));
  for (let i = 0; i < 3; i++) palette.add(plain(235, 128, 128));
  const { colours, placeholder } = palette.read();
  expect(colours.map(({ share }) => share)).toEqual([0.667, 0.333]);
  expect(colours[0]?.hex).toMatch(/^#f[0-9a-f]1[0-9a-f]0/);
  expect(colours[1]?.hex).toBe('#ffffff');
  expect(placeholder).toMatch(/^#[0-9a-f]{6}$/);
  expect(createPalette().read()).toEqual({ colours: [], placeholder: '#000000' });
});
