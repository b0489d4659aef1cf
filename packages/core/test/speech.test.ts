import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_CHARACTERS, MAX_LINES, widthOf } from '../src/cue-lines.ts';
import { plainText } from '../src/cues.ts';
import { alignWords } from '../src/speech-align.ts';
import { speechCues } from '../src/speech-cues.ts';
import { partsOf, type SpeechWindow, speechWindows } from '../src/speech-windows.ts';
import { subtitleName } from '../src/subtitle-name.ts';

const FRAME_MS = 32;
/** Frames of a likelihood, as many as are said. */
const frames = (...runs: [likelihood: number, count: number][]) =>
  runs.flatMap(([likelihood, count]) => new Array<number>(count).fill(likelihood));
const windowsOf = (...runs: [number, number][]) =>
  speechWindows(frames(...runs), FRAME_MS).map(({ startMs, endMs, pauses }) => ({
    frames: [startMs / FRAME_MS, endMs / FRAME_MS],
    pauses: pauses.map((pause) => pause.map((ms) => ms / FRAME_MS)),
  }));

describe('windows of speech', () => {
  it('are where somebody surely speaks, as far as it is likely; silence and noise have none', () => {
    expect(windowsOf([0, 500])).toEqual([]);
    expect(windowsOf([0.8, 500])).toEqual([]);
    expect(windowsOf([0.01, 10], [0.5, 3], [0.99, 40], [0.4, 3], [0.01, 60])).toEqual([
      { frames: [10, 56], pauses: [] },
    ]);
    // A door.
    expect(windowsOf([0, 10], [0.99, 3], [0, 60])).toEqual([]);
  });

  it('do not begin with a breath, and end with a voice that fades', () => {
    const breath: [number, number][] = [
      [0.7, 5],
      [0.1, 3],
    ];
    expect(windowsOf([0, 10], ...breath, [0.99, 40], [0.1, 2], [0.6, 4], [0, 60])).toEqual([
      { frames: [18, 64], pauses: [] },
    ]);
    // Not in the middle either: the pause lasts until the voice is back.
    expect(windowsOf([0.99, 40], [0, 20], ...breath, [0.99, 40])).toEqual([{ frames: [0, 108], pauses: [[40, 68]] }]);
  });

  it('hold sentences together that belong together, with the pauses between', () => {
    expect(windowsOf([0.99, 40], [0, 40], [0.99, 40], [0, 47], [0.99, 40])).toEqual([
      { frames: [0, 120], pauses: [[40, 80]] },
      { frames: [167, 207], pauses: [] },
    ]);
  });

  it('are cut where they are too long: at the longest pause, or in the middle', () => {
    const longMs = windowsOf([0.99, 300], [0, 5], [0.99, 100], [0, 10], [0.99, 200]).map((each) => each.frames);
    expect(longMs).toEqual([
      [0, 405],
      [415, 615],
    ]);
    for (const { startMs, endMs } of speechWindows(frames([0.99, 4000]), FRAME_MS))
      expect(endMs - startMs).toBeLessThanOrEqual(15_000);
  });

  it('have parts between long pauses', () => {
    const window: SpeechWindow = {
      startMs: 0,
      endMs: 9000,
      pauses: [
        [1000, 1200],
        [2000, 2500],
        [6000, 7000],
      ],
    };
    expect(partsOf(window)).toEqual([
      { startMs: 0, endMs: 2000, pauses: [[1000, 1200]] },
      { startMs: 2500, endMs: 6000, pauses: [] },
      { startMs: 7000, endMs: 9000, pauses: [] },
    ]);
  });
});

describe('words that were heard in one piece', () => {
  const text = 'And so, my fellow Americans, ask not what your country can do for you.';
  const parts = ['And so my fellow American.', 'As not', 'What a country can do for you?'];
  const cut = ['And so, my fellow Americans,', 'ask not', 'what your country can do for you.'];

  it('are cut where its parts meet, though those were heard worse', () => {
    expect(alignWords(text, parts)).toEqual(cut);
  });

  it.each([0, 1, 2])('and where part %i was not heard again', (unheard) => {
    expect(
      alignWords(
        text,
        parts.map((part, i) => (i === unheard ? null : part)),
      ),
    ).toEqual(cut);
  });

  it('are never lost or changed', () => {
    const word = fc.string({ unit: fc.constantFrom(...'aeiou.,T'), minLength: 1, maxLength: 6 });
    const sentence = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(sentence, fc.array(sentence, { minLength: 1, maxLength: 5 }), fc.nat(5), (whole, heard, unheard) => {
        const pieces = alignWords(
          whole,
          heard.map((part, i) => (i === unheard ? null : part)),
        );
        expect(pieces).toHaveLength(heard.length);
        expect(pieces.filter((piece) => piece !== '').join(' ')).toBe(whole);
      }),
    );
  });
});

describe('cues of what was heard', () => {
  const shown = (heard: Parameters<typeof speechCues>[0]) =>
    speechCues(heard, 60_000).map((cue) => [cue.startMs, cue.endMs, plainText(cue)]);

  it('begin a little before the voice, and stand until they are read', () => {
    expect(shown([{ window: { startMs: 5000, endMs: 5600, pauses: [] }, text: 'Certainly not.' }])).toEqual([
      [4600, 5900, 'Certainly not.'],
    ]);
  });

  it('change at pauses and phrases', () => {
    const window: SpeechWindow = {
      startMs: 700,
      endMs: 12_160,
      pauses: [
        [4896, 5152],
        [8288, 8544],
      ],
    };
    const text =
      "This is the optical and science segment of the Webb Space Telescope in one of the largest clean rooms in the world at NASA's Goddard Space Flight Center in Greenbelt, Maryland.";
    expect(shown([{ window, text }])).toEqual([
      [300, 4896, 'This is the optical and science segment\nof the Webb Space Telescope'],
      [4896, 8288, 'in one of the largest\nclean rooms in the world'],
      [8288, 12_460, "at NASA's Goddard Space Flight Center\nin Greenbelt, Maryland."],
    ]);
  });

  it('hold every word once, in two lines of 42, for 1 to 7 s, one after another', () => {
    const word = fc.string({ unit: fc.constantFrom(...'aeiourst'), minLength: 1, maxLength: 9 });
    const piece = fc.record({
      gapMs: fc.integer({ min: 400, max: 4000 }),
      // Up to a quick speaker's rate, and down to one who has to think.
      words: fc.array(word, { minLength: 1, maxLength: 40 }),
      msALetter: fc.integer({ min: 60, max: 150 }),
      pauseAt: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        let atMs = 0;
        const heard = pieces.map(({ gapMs, words, msALetter, pauseAt }) => {
          const startMs = atMs + gapMs;
          const voice = Math.max(1000, words.join(' ').length * msALetter);
          const pauseMs = Math.round(startMs + voice * pauseAt);
          atMs = startMs + voice + 200;
          const pauses: SpeechWindow['pauses'] = [[pauseMs, pauseMs + 200]];
          return { window: { startMs, endMs: atMs, pauses }, text: words.join(' ') };
        });
        const cues = speechCues(heard, atMs + 10_000);
        const said = cues.map((cue) => plainText(cue).replaceAll('\n', ' ')).join(' ');
        expect(said).toBe(heard.map(({ text }) => text).join(' '));
        cues.forEach((cue, i) => {
          const lines = plainText(cue).split('\n');
          expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(MAX_LINE_CHARACTERS);
          expect(cue.endMs - cue.startMs).toBeGreaterThanOrEqual(1000);
          expect(cue.endMs - cue.startMs).toBeLessThanOrEqual(7000);
          expect(cue.startMs).toBeGreaterThanOrEqual(cues[i - 1]?.endMs ?? 0);
        });
      }),
    );
  });

  it('are called automatic wherever they are listed', () => {
    const track = { language: 'en', title: '', forced: false, hearingImpaired: false, automatic: 'tiny' };
    expect(subtitleName(track, [track])).toBe('English (automatic)');
  });
});
