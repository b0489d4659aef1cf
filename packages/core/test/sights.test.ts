import { describe, expect, it } from 'vitest';
import { resized, withoutDoubles } from '../src/frame-parts.ts';
import { spacedText, wholeLines } from '../src/scene-text.ts';
import { tagsOf } from '../src/sight-tags.ts';
import { evidenceTimes, type FrameSights, filmSights, gatherSights, pickLooks, summaryOf } from '../src/sights.ts';
import { textRegions } from '../src/text-regions.ts';

const frame = (atSec: number, more: Partial<FrameSights> = {}): FrameSights => ({
  atSec,
  classes: [],
  nudity: 0,
  faces: [],
  lines: [],
  light: 0.5,
  colour: 0.3,
  ...more,
});
const FULL = { left: 0, top: 0, right: 1, bottom: 1 };
const SHOTS = [
  { startSec: 0, endSec: 10 },
  { startSec: 10, endSec: 20 },
  { startSec: 20, endSec: 30 },
];
const FILM = { durationSec: 30, shots: SHOTS, scenes: [{ startSec: 0, endSec: 20 }, SHOTS[2] as (typeof SHOTS)[0]] };

describe('looks', () => {
  it('are one to three for each shot, away from its ends, and more only in what hardly ends', () => {
    const looks = pickLooks(
      [
        { startSec: 0, endSec: 2 },
        { startSec: 2, endSec: 14 },
        { startSec: 14, endSec: 54 },
      ],
      99,
    );
    expect(looks.map((sec) => Math.round(sec * 10) / 10)).toEqual([1, 5.9, 10.1, 24.7, 34, 43.3]);
    expect(pickLooks([{ startSec: 0, endSec: 3600 }], 999)).toHaveLength(120);
    expect(pickLooks([{ startSec: 4, endSec: 4 }], 9)).toEqual([]);
  });
  it('are bounded, and then lie all over the film', () => {
    const shots = Array.from({ length: 5000 }, (_, i) => ({ startSec: i, endSec: i + 1 }));
    const looks = pickLooks(shots, 100);
    expect(looks).toHaveLength(100);
    expect(looks[0]).toBeLessThan(60);
    expect(looks.at(-1)).toBeGreaterThan(4940);
  });
});

describe('what a film shows', () => {
  it('is told of one sure frame or of several likely ones, with the frames, the surest first', () => {
    const sights = gatherSights(
      [
        // Rifle and assault rifle; a container ship twice, a volcano once.
        frame(5, {
          classes: [
            [413, 0.4],
            [764, 0.2],
            [980, 0.35],
          ],
        }),
        frame(15, { classes: [[510, 0.3]] }),
        frame(25, { classes: [[510, 0.45]] }),
      ],
      FILM,
    );
    expect(sights.tags).toEqual([
      { tag: 'gun', confidence: 0.6, evidence: [{ atSec: 5, confidence: 0.6 }] },
      {
        tag: 'ship',
        confidence: 0.45,
        evidence: [
          { atSec: 25, confidence: 0.45 },
          { atSec: 15, confidence: 0.3 },
        ],
      },
    ]);
    expect(sights.flags).toEqual([{ flag: 'weapons', confidence: 0.6, evidence: [{ atSec: 5, confidence: 0.6 }] }]);
    expect(sights.scenes).toEqual([
      { startSec: 0, endSec: 20, atSec: 5, tags: ['gun', 'ship'] },
      { startSec: 20, endSec: 30, atSec: 25, tags: ['ship'] },
    ]);
    expect(evidenceTimes(sights)).toEqual([5, 15, 25]);
    expect(filmSights.parse(sights)).toEqual(sights);
  });
  it('does not call fur nude, nor anything where the meter hesitates', () => {
    // What the meter says of a cartoon's sailor.
    expect(gatherSights([frame(1, { nudity: 0.72 }), frame(2, { nudity: 0.84 })], FILM).flags).toEqual([]);
    const [flag] = gatherSights([frame(1, { nudity: 0.86 })], FILM).flags;
    expect(flag).toEqual({ flag: 'nudity', confidence: 0.86, evidence: [{ atSec: 1, confidence: 0.86 }] });
  });
  it('counts faces, and tells groups and close-ups by them', () => {
    const face = { left: 0, top: 0, right: 0.1, bottom: 0.1, confidence: 0.9 };
    const sights = gatherSights(
      [frame(5, { faces: [face, face, face] }), frame(15, { faces: [{ ...FULL, bottom: 0.4, confidence: 0.8 }] })],
      FILM,
    );
    expect(sights.faces).toEqual([
      { atSec: 5, count: 3 },
      { atSec: 15, count: 1 },
    ]);
    expect(sights.tags.map(({ tag, evidence }) => [tag, evidence.map(({ atSec }) => atSec)])).toEqual([
      ['person', [5, 15]],
      ['group', [5]],
      ['close-up', [15]],
    ]);
    expect(summaryOf(sights)).toMatchObject({ looks: 2, mostFaces: 3, framesWithFaces: 2 });
  });
  it('joins the same letters while they stand, as they were read best', () => {
    const line = (text: string, confidence: number) => ({ ...FULL, text, confidence });
    const { letters } = gatherSights(
      [
        frame(5, { lines: [line('TEARS OF STEEL', 0.9), line('xk', 0.99)] }),
        frame(15, { lines: [line('Tears of Steel', 0.99), line('smudge', 0.5)] }),
        frame(25, { lines: [line('THE END', 0.95)] }),
      ],
      FILM,
    );
    expect(letters).toEqual([
      { startSec: 0, endSec: 20, atSec: 15, text: 'Tears of Steel', confidence: 0.99 },
      { startSec: 20, endSec: 30, atSec: 25, text: 'THE END', confidence: 0.95 },
    ]);
  });
  it('knows the dark, and films without colours', () => {
    const tags = (more: Partial<FrameSights>) => gatherSights([frame(5, more)], FILM).tags.map(({ tag }) => tag);
    expect(tags({ light: 0.03, colour: 0 })).toEqual(['dark']);
    expect(tags({ colour: 0.005 })).toEqual(['black and white']);
  });
  it('sums the classes that one word means', () => {
    expect([
      ...tagsOf([
        [151, 0.2],
        [268, 0.3],
        [2, 0.1],
        [999, 0.4],
      ]),
    ]).toEqual([
      ['dog', 0.5],
      ['shark', 0.1],
    ]);
  });
});

describe('letters in the picture', () => {
  it('lie where the detector is sure, wider than high, grown to their outline', () => {
    const map = new Float32Array(100 * 60);
    const paint = (left: number, top: number, right: number, bottom: number, value: number) => {
      for (let y = top; y < bottom; y++) map.fill(value, y * 100 + left, y * 100 + right);
    };
    paint(10, 10, 50, 16, 0.9);
    paint(70, 10, 74, 50, 0.9);
    paint(10, 40, 50, 46, 0.4);
    const regions = textRegions(map, 100, 60);
    expect(regions).toHaveLength(1);
    expect(regions[0]).toMatchObject({ confidence: expect.closeTo(0.9) });
    const { left, right, top, bottom } = regions[0] as (typeof regions)[0];
    expect([left, right, top, bottom].map(Math.round)).toEqual([6, 54, 6, 20]);
  });
  it('that stand in one row are one line', () => {
    const part = (left: number, right: number, top: number) => ({ left, right, top, bottom: top + 10, confidence: 1 });
    const lines = wholeLines([part(60, 90, 11), part(10, 52, 10), part(10, 40, 40), part(80, 120, 40)]);
    expect(lines.map(({ left, right }) => [left, right].map(Math.round))).toEqual([
      [6, 94],
      [7, 44],
      [77, 124],
    ]);
  });
  it('get spaces where there is room, or where the step is too wide for the letters', () => {
    const at = (text: string, places: number[]) =>
      places.map((atPx, i) => ({ text: text[i] as string, atPx, likelihood: 1 }));
    const strokes = Array.from({ length: 200 }, (_, x) => !(x >= 61 && x < 75));
    expect(spacedText(at('THEEND', [10, 31, 52, 84, 105, 126]), strokes, 48)).toBe('THE END');
    expect(spacedText(at('wasere', [10, 37, 60, 100, 122, 143]), [], 48)).toBe('was ere');
    expect(spacedText([], [], 48)).toBe('');
  });
});

describe('parts of a frame', () => {
  const rgb = new Uint8Array([0, 0, 0, 100, 100, 100, 200, 0, 0, 0, 200, 0]);
  const two = { widthPx: 2, heightPx: 2, rgb };
  it('are means when they shrink, and black outside', () => {
    expect([...resized(two, { left: 0, top: 0, right: 2, bottom: 2 }, 1, 1).rgb]).toEqual([75, 75, 25]);
    expect([...resized(two, { left: 0, top: 0, right: 2, bottom: 4 }, 1, 2).rgb]).toEqual([75, 75, 25, 0, 0, 0]);
    expect([...resized(two, { left: 0, top: 0, right: 2, bottom: 2 }, 2, 2).rgb]).toEqual([...rgb]);
  });
  it('that mean the same are one, the surest', () => {
    const box = (left: number, confidence: number) => ({ left, right: left + 10, top: 0, bottom: 10, confidence });
    expect(withoutDoubles([box(0, 0.7), box(1, 0.9), box(30, 0.8)], 0.3)).toEqual([box(1, 0.9), box(30, 0.8)]);
  });
});
