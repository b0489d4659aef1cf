import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CardSample, findTitles } from '../src/card-runs.ts';
import { ENDS_VERSION, type FilmEnds, planSkips } from '../src/film-ends.ts';
import {
  chooseSkips,
  type FoundSkip,
  LEAST_CONFIDENCE,
  namedSkips,
  readSkips,
  SHORTEST_SKIP_SEC,
  SKIP_KINDS,
  SKIP_SOURCES,
  type Skip,
  shownSkips,
  skipAt,
  typeSkip,
} from '../src/skips.ts';
import { PRINT_STEP_SEC, sharedSound } from '../src/sound-match.ts';

const sec = fc.double({ min: -50, max: 5000, noNaN: true });
const candidate: fc.Arbitrary<FoundSkip> = fc.record({
  kind: fc.constantFrom(...SKIP_KINDS),
  startSec: sec,
  endSec: sec,
  by: fc.constantFrom(...SKIP_SOURCES),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
});
const candidates = fc.array(candidate, { maxLength: 12 });
const duration = fc.double({ min: 1, max: 4000, noNaN: true });

describe('what is offered', () => {
  it('lies within the film, is one of a kind, sure, long enough, and apart', () => {
    fc.assert(
      fc.property(candidates, duration, (all, durationSec) => {
        const chosen = chooseSkips(all, durationSec);
        expect(new Set(chosen.map(({ kind }) => kind)).size).toBe(chosen.length);
        for (const { startSec, endSec, confidence } of chosen) {
          expect(startSec).toBeGreaterThanOrEqual(0);
          expect(endSec).toBeLessThanOrEqual(durationSec + 0.001);
          expect(endSec - startSec).toBeGreaterThanOrEqual(SHORTEST_SKIP_SEC);
          expect(confidence).toBeGreaterThanOrEqual(LEAST_CONFIDENCE);
          expect(confidence).toBeLessThanOrEqual(1);
        }
        const [intro, credits] = chosen;
        if (intro && credits) expect(intro.endSec).toBeLessThanOrEqual(credits.startSec);
      }),
    );
  });

  it('is the same in whatever order it was found', () => {
    fc.assert(
      fc.property(candidates, duration, (all, durationSec) => {
        expect(chooseSkips([...all].reverse(), durationSec)).toEqual(chooseSkips(all, durationSec));
      }),
    );
  });

  it('is surer where another source says the same, and never less sure', () => {
    const picture: FoundSkip = { kind: 'credits', startSec: 100, endSec: 120, by: 'picture', confidence: 0.7 };
    const sound: FoundSkip = { ...picture, startSec: 101, by: 'sound', confidence: 0.75 };
    expect(chooseSkips([picture], 120)).toEqual([picture]);
    expect(chooseSkips([picture, sound], 120)).toEqual([{ ...sound, confidence: 0.925 }]);
    expect(chooseSkips([{ ...picture, confidence: 0.5 }], 120)).toEqual([]);
  });

  it('is what a person told, whatever was found, and nothing of another version', () => {
    const found = {
      jobId: 'a',
      skips: [{ kind: 'intro', startSec: 0, endSec: 9, by: 'sound', confidence: 1 } as const],
    };
    const version = { jobId: 'a', durationSec: 60 };
    expect(shownSkips(null, found, version)).toEqual([{ kind: 'intro', startSec: 0, endSec: 9 }]);
    expect(shownSkips(null, found, { ...version, jobId: 'b' })).toEqual([]);
    expect(shownSkips([], found, version)).toEqual([]);
    const own = [{ kind: 'credits' as const, startSec: 50, endSec: 90 }];
    expect(shownSkips(own, found, version)).toEqual([{ kind: 'credits', startSec: 50, endSec: 60 }]);
  });

  it('is offered up to its last second', () => {
    const skips = [{ kind: 'intro' as const, startSec: 10, endSec: 20 }];
    expect([9.9, 10, 18.9, 19, 20].map((at) => skipAt(skips, at)?.kind ?? null)).toEqual([
      null,
      'intro',
      'intro',
      null,
      null,
    ]);
  });
});

describe('names of chapters', () => {
  const named = (title: string) => namedSkips([{ title, startSec: 0, endSec: 30 }])[0]?.kind ?? null;
  it.each(['Intro', 'OPENING CREDITS', 'Main titles', 'Vorspann', 'Opening:'])('%s is an opening', (title) => {
    expect(named(title)).toBe('intro');
  });
  it.each(['Credits', 'End Credits', 'Closing titles', 'Abspann'])('%s are credits', (title) => {
    expect(named(title)).toBe('credits');
  });
  it.each(['Introducing Ada', 'The opening of the tomb', 'A credit to us', 'Scene 1', ''])(
    '“%s” is neither',
    (title) => {
      expect(named(title)).toBeNull();
    },
  );
});

describe('times that a person types', () => {
  it('are read, and come back as they were', () => {
    const read = readSkips(
      { intro: { from: '0:12', to: '1:02.5' }, credits: { from: '1:30:00', to: '1:36:10' } },
      6000,
    );
    expect(read).toEqual([
      { kind: 'intro', startSec: 12, endSec: 62.5 },
      { kind: 'credits', startSec: 5400, endSec: 5770 },
    ]);
    expect((read as Skip[]).map(typeSkip)).toEqual([
      { from: '0:12', to: '1:02.500' },
      { from: '1:30:00', to: '1:36:10' },
    ]);
    expect(typeSkip(undefined)).toEqual({ from: '', to: '' });
    expect(readSkips({ intro: { from: '', to: '' }, credits: { from: ' ', to: '' } }, 100)).toEqual([]);
  });
  it.each([
    [{ from: '0:12', to: '' }, 'Opening titles need a beginning and an end, such as 0:12 and 1:02.'],
    [{ from: '12', to: '1:00' }, 'Opening titles need a beginning and an end, such as 0:12 and 1:02.'],
    [{ from: '0:12', to: '0:14' }, 'Opening titles should last 4 seconds at least.'],
    [{ from: '2:12', to: '2:40' }, 'Opening titles begin after the film ends.'],
  ])('%o are refused in a sentence', (intro, sentence) => {
    expect(readSkips({ intro, credits: { from: '', to: '' } }, 120)).toBe(sentence);
  });
  it('are refused where both overlap', () => {
    const both = { intro: { from: '0:00', to: '0:50' }, credits: { from: '0:40', to: '1:20' } };
    expect(readSkips(both, 120)).toBe('Opening titles and credits overlap.');
  });
});

/** A print of noise, as no other seed gives. */
function noise(count: number, seed: number): Uint32Array {
  let state = seed * 2654435761 + 1;
  return Uint32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  });
}

function joined(...parts: Uint32Array[]): Uint32Array {
  return Uint32Array.from(parts.flatMap((part) => [...part]));
}

describe('what two sounds share', () => {
  it('is found wherever it lies in each, and through a few wrong bits', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), fc.integer({ min: 80, max: 200 }), fc.nat(), (at, bt, length, flip) => {
        const theme = noise(length, 7);
        const worn = theme.map((value, i) => (value ^ (1 << ((i + flip) % 32)) ^ (1 << ((i * 7 + flip) % 32))) >>> 0);
        const a = joined(noise(at, 1), theme, noise(150, 2));
        const b = joined(noise(bt, 3), worn, noise(150, 4));
        const found = sharedSound(a, b, 7);
        expect(found).not.toBeNull();
        const lengthSec = (found?.a.endSec ?? 0) - (found?.a.startSec ?? 0);
        expect(Math.abs(lengthSec - length * PRINT_STEP_SEC)).toBeLessThan(2);
        expect(Math.abs((found?.a.startSec ?? 0) - at * PRINT_STEP_SEC)).toBeLessThan(2);
        expect(Math.abs((found?.b.startSec ?? 0) - bt * PRINT_STEP_SEC)).toBeLessThan(2);
      }),
      { numRuns: 20 },
    );
  });

  it('is nothing between noises, and nothing where both are silent or hold a tone', () => {
    expect(sharedSound(noise(600, 5), noise(600, 6), 7)).toBeNull();
    const held = new Uint32Array(300).fill(627_964_279);
    expect(sharedSound(joined(held, noise(200, 1)), joined(noise(100, 2), held), 7)).toBeNull();
  });
});

function endsOf(opening: Uint32Array, durationSec = 200, marks: number[] = []): FilmEnds {
  const print = Buffer.from(opening.buffer).toString('base64');
  return { version: ENDS_VERSION, durationSec, opening: { startSec: 0, print }, ending: null, found: [], marks };
}

describe('episodes', () => {
  const theme = noise(120, 9);
  const episode = (cold: number, seed: number, marks: number[] = []) =>
    endsOf(joined(noise(cold, seed), theme, noise(300, seed + 50)), 200, marks);

  it('share their opening, surer the more there are, and at a cut if one is near', () => {
    const [intro] = planSkips(episode(40, 1), [episode(90, 2)]);
    expect(intro).toMatchObject({ kind: 'intro', by: 'sound' });
    const three = planSkips(episode(40, 1), [episode(90, 2), episode(0, 3)])[0];
    expect(three?.confidence).toBeGreaterThan(intro?.confidence ?? 1);
    const near = (intro?.startSec ?? 0) + 0.7;
    expect(planSkips(episode(40, 1, [near, 30]), [episode(90, 2)])[0]?.startSec).toBeCloseTo(near);
  });

  it('that are the same film, or share nothing, have none', () => {
    expect(planSkips(episode(40, 1), [episode(40, 1)])).toEqual([]);
    expect(planSkips(episode(40, 1), [endsOf(noise(400, 77))])).toEqual([]);
    expect(planSkips(episode(40, 1), [])).toEqual([]);
  });
});

const at = (atSec: number, looks: CardSample['looks'], more: Partial<CardSample> = {}): CardSample => ({
  ...{ atSec, looks, moved: 0, isNew: false },
  ...more,
});
/** Two a second: scenes, then what `look` says. */
function ending(scenesSec: number, creditsSec: number, look: (i: number) => Partial<CardSample>): CardSample[] {
  const count = (scenesSec + creditsSec) * 2;
  return Array.from({ length: count }, (_, i) =>
    i < scenesSec * 2 ? at(40 + i / 2, 'other') : at(40 + i / 2, 'card', look(i - scenesSec * 2)),
  );
}

describe('titles in the picture', () => {
  const film = { durationSec: 100, lines: null };
  const roll = ending(40, 20, () => ({ moved: 0.05 }));

  it('are a roll, or cards that take turns', () => {
    expect(findTitles('credits', roll, film)).toMatchObject({ startSec: 79.75, endSec: 100, confidence: 0.85 });
    const cards = ending(40, 20, (i) => ({ isNew: i % 8 === 0 }));
    expect(findTitles('credits', cards, film)?.confidence).toBeGreaterThan(LEAST_CONFIDENCE);
  });

  it('are unsure where one card stands, and none where somebody speaks, or all is cards', () => {
    const stands = findTitles(
      'credits',
      ending(40, 20, () => ({})),
      film,
    );
    expect(stands?.confidence).toBeLessThan(LEAST_CONFIDENCE);
    const lines = [{ startSec: 82, endSec: 95 }];
    expect(findTitles('credits', roll, { ...film, lines })).toBeNull();
    expect(
      findTitles(
        'credits',
        roll.map((each) => ({ ...each, looks: 'card' as const })),
        film,
      ),
    ).toBeNull();
    expect(
      findTitles(
        'credits',
        ending(40, 5, () => ({ moved: 0.05 })),
        { ...film, durationSec: 85 },
      ),
    ).toBeNull();
  });

  it('of an opening go on up to its last card', () => {
    const cards = [0, 1, 2].flatMap((card) =>
      Array.from({ length: 8 }, (_, i) => at(card * 4 + i / 2, i < 6 ? 'card' : 'black', { isNew: i === 0 })),
    );
    const scenes = Array.from({ length: 40 }, (_, i) => at(12 + i / 2, 'other'));
    expect(findTitles('intro', [...cards, ...scenes], film)).toMatchObject({ startSec: 0, endSec: 10.75 });
    expect(findTitles('intro', [...scenes, ...cards], film)).toBeNull();
  });
});
