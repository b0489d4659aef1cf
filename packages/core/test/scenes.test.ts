import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeChapters } from '../src/made-chapters.ts';
import { groupScenes, type Scene, type ShotLook } from '../src/scenes.ts';
import { tellingWords } from '../src/telling-words.ts';

const distance = (a: Float32Array, b: Float32Array) => Math.abs((a[0] as number) - (b[0] as number));

/** Shots of ten seconds, each of one colour between 0 and 1. */
function shotsOf(colours: number[], secEach = 10): ShotLook[] {
  return colours.map((colour, i) => ({
    startSec: i * secEach,
    endSec: (i + 1) * secEach,
    shares: Float32Array.of(colour),
    isSoft: false,
  }));
}

const startsOf = (list: readonly { startSec: number }[]) => list.map(({ startSec }) => startSec);

describe('scenes', () => {
  it('hold together shots that look back and forth', () => {
    const scenes = groupScenes(shotsOf([0.1, 0.4, 0.1, 0.4, 0.9, 0.9, 0.9]), [], distance);
    expect(startsOf(scenes)).toEqual([0, 40]);
    expect(scenes[1]?.strength).toBeCloseTo(0.5);
  });

  it('are set apart more clearly by silence', () => {
    const shots = shotsOf([0.1, 0.6]);
    const [quiet, loud] = [[{ startSec: 9.5, endSec: 10.2 }], []].map((silences) =>
      groupScenes(shots, silences, distance),
    );
    expect(quiet?.[1]?.strength).toBeGreaterThan(loud?.[1]?.strength ?? 1);
  });

  it('are all of the film, in order, none of them short', () => {
    const colours = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(colours, fc.integer({ min: 1, max: 20 }), (each, sec) => {
        const shots = shotsOf(each, sec);
        const scenes = groupScenes(shots, [], distance);
        expect(scenes[0]?.startSec).toBe(0);
        expect(scenes.at(-1)?.endSec).toBe(shots.at(-1)?.endSec);
        expect(startsOf(scenes).slice(1)).toEqual(scenes.slice(0, -1).map(({ endSec }) => endSec));
        if (scenes.length > 1)
          for (const { startSec, endSec } of scenes) expect(endSec - startSec).toBeGreaterThanOrEqual(6);
      }),
    );
  });
});

describe('chapters that are made', () => {
  /** A scene a minute. */
  const scenes = (minutes: number, strengthOf: (i: number) => number = () => 0.3): Scene[] =>
    Array.from({ length: minutes }, (_, i) => ({
      startSec: i * 60,
      endSec: (i + 1) * 60,
      strength: i === 0 ? 0 : strengthOf(i),
    }));

  it('begin at the clearest boundaries', () => {
    const chapters = makeChapters(
      scenes(100, (i) => (i % 9 === 4 ? 0.9 : 0.2)),
      6000,
      [],
    );
    expect(
      startsOf(chapters)
        .slice(1)
        .every((sec) => (sec / 60) % 9 === 4),
    ).toBe(true);
    expect(chapters[0]?.title).toBe('Scene 1');
  });

  it('are 3 to 12, cover the film, and none is short', () => {
    const film = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 180 });
    fc.assert(
      fc.property(film, (strengths) => {
        const durationSec = strengths.length * 60;
        const chapters = makeChapters(
          scenes(strengths.length, (i) => strengths[i] ?? 0),
          durationSec,
          [],
        );
        if (chapters.length === 0) return;
        expect(chapters.length).toBeGreaterThanOrEqual(3);
        expect(chapters.length).toBeLessThanOrEqual(12);
        expect(chapters[0]?.startSec).toBe(0);
        expect(chapters.at(-1)?.endSec).toBe(durationSec);
        expect(startsOf(chapters).slice(1)).toEqual(chapters.slice(0, -1).map(({ endSec }) => endSec));
        for (const { startSec, endSec } of chapters)
          expect(endSec - startSec).toBeGreaterThanOrEqual(Math.max(10, durationSec / 30));
      }),
    );
  });

  it('are none of a film that is short, or all one scene', () => {
    expect(makeChapters(scenes(1), 59, [])).toEqual([]);
    expect(makeChapters([{ startSec: 0, endSec: 7200, strength: 0 }], 7200, [])).toEqual([]);
  });
});

it('titles are words that are said in one part and not in the others', () => {
  expect(
    tellingWords([
      ['The whale, the whale!', 'Where is the captain?', 'I saw a whale today.'],
      ['Ask the captain for a compass.', 'My compass is broken.'],
      ['We never saw Ishmael again.', 'Poor Ishmael.'],
      ['Yes.', 'No.'],
    ]),
  ).toEqual(['Whale', 'Compass, broken', 'Ishmael', '']);
});
