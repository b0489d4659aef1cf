import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  breakChosen,
  change,
  chooseBy,
  cueAt,
  cueOf,
  type Draft,
  draftOf,
  mergeWithNext,
  remove,
  shift,
  split,
} from '../src/cue-edit.ts';
import { warningsOf } from '../src/cue-warnings.ts';
import { plainText } from '../src/cues.ts';
import { amend, newHistory, redo, step, undo } from '../src/history.ts';
import { readSubtitles } from '../src/subtitle-files.ts';
import { writeVtt } from '../src/webvtt.ts';

const draft = (...cues: [startMs: number, endMs: number, text: string][]): Draft => ({
  cues: cues.map(([startMs, endMs, text], i) => ({ id: i + 1, startMs, endMs, isTop: false, text })),
  chosenId: 1,
});
const shown = ({ cues }: Draft) => cues.map(({ startMs, endMs, text }) => [startMs, endMs, text]);
const words = ({ cues }: Draft) => cues.flatMap((cue) => plainText(cueOf(cue)).split(/\s+/)).filter(Boolean);

/** In no order: cues that overlap may change places. */
const letters = (of: Draft) => [...words(of).join('')].sort();

const anyDraft = fc
  .array(
    fc.record({
      startMs: fc.nat(60_000),
      lengthMs: fc.integer({ min: 2, max: 9000 }),
      text: fc.string({ unit: fc.constantFrom(...'ab é.漢-'), maxLength: 90 }),
      isItalic: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((cues): Draft => {
    const inOrder = cues.sort((a, b) => a.startMs - b.startMs);
    const edited = inOrder.map(({ startMs, lengthMs, text, isItalic }, i) => {
      return { id: i + 1, startMs, endMs: startMs + lengthMs, isTop: false, text: isItalic ? `<i>${text}</i>` : text };
    });
    return { cues: edited, chosenId: 1 + (edited.length >> 1) };
  });

describe('a draft of a track', () => {
  it('shows text as people write it, and is the same track once it is written and read', () => {
    const vtt = `WEBVTT

00:00:01.000 --> 00:00:02.500
<i>Fish &amp; chips</i>, a &lt; b

00:00:03.000 --> 00:00:04.000 line:0
&lt;b&gt; is a tag
`;
    const read = draftOf(readSubtitles(vtt, 'vtt'));
    expect(read.cues.map(({ text }) => text)).toEqual(['<i>Fish & chips</i>, a < b', '&lt;b&gt; is a tag']);
    expect(writeVtt(read.cues.map(cueOf))).toBe(vtt);
    const hostile = { startMs: 0, endMs: 1, isTop: false, text: '<script>alert(1)</script><img onerror=x>Hi' };
    expect(writeVtt([cueOf(hostile)])).toContain('\nHi\n');
  });

  it('splits at the text cursor by the letters on both sides, in italics on both', () => {
    const whole = draft([1000, 5000, '<i>Where are\nwe going?</i>'], [6000, 7000, 'Home.']);
    expect(shown(split(whole, { at: 12 }))).toEqual([
      [1000, 3000, '<i>Where are</i>'],
      [3000, 5000, '<i>we going?</i>'],
      [6000, 7000, 'Home.'],
    ]);
    // Within a tag counts as behind it, and neither part is left without time.
    expect(shown(split(whole, { at: 1 }))[0]).toEqual([1000, 1800, '<i></i>']);
  });

  it('splits where the film is between two words, and not outside of the cue', () => {
    const whole = draft([1000, 5000, 'One two three four']);
    expect(shown(split(whole, { atMs: 3000 }))).toEqual([
      [1000, 3000, 'One two'],
      [3000, 5000, 'three four'],
    ]);
    expect(split(whole, { atMs: 1000 })).toBe(whole);
    expect(split(whole, { atMs: 5000 })).toBe(whole);
  });

  it('merges with the next cue, on lines that fit', () => {
    const two = draft([0, 1000, 'Where are'], [1500, 3000, 'we going?'], [4000, 5000, 'Home.']);
    expect(shown(mergeWithNext(two))[0]).toEqual([0, 3000, 'Where are\nwe going?']);
    const long = draft([0, 1000, 'This line is of some length,\nand it goes on'], [1000, 5000, 'for a while yet.']);
    expect(shown(mergeWithNext(long))).toEqual([
      [0, 5000, 'This line is of some length,\nand it goes on for a while yet.'],
    ]);
    const last = { ...two, chosenId: 3 };
    expect(mergeWithNext(last)).toBe(last);
  });

  it('adds where there is room, removes, and goes on beside what is gone', () => {
    const two = draft([0, 2000, 'a'], [3500, 5000, 'b']);
    expect(shown(add(two, 1000))).toEqual([
      [0, 2000, 'a'],
      [2000, 3500, ''],
      [3500, 5000, 'b'],
    ]);
    expect(shown(add(two, 9000))[2]).toEqual([9000, 11_000, '']);
    expect(remove(two)).toMatchObject({ cues: [{ text: 'b' }], chosenId: 2 });
    expect(remove(remove(two))).toEqual({ cues: [], chosenId: null });
    expect(add({ cues: [], chosenId: null }, 500)).toMatchObject({ chosenId: 1, cues: [{ startMs: 500 }] });
  });

  it('keeps the order of starts when one is moved, and the choice with it', () => {
    const moved = change(draft([0, 1000, 'a'], [2000, 3000, 'b']), { startMs: 2500, endMs: 3500 });
    expect(moved).toMatchObject({ cues: [{ text: 'b' }, { text: 'a' }], chosenId: 1 });
    expect(chooseBy(moved, 5).chosenId).toBe(1);
    expect(chooseBy(moved, -1).chosenId).toBe(2);
    expect(cueAt(moved.cues, 2700)?.text).toBe('a');
    expect(cueAt(moved.cues, 3500)).toBeNull();
  });

  it('breaks lines as those of every track, into more cues where they need it', () => {
    const text = 'The quick brown fox jumps over the lazy dog, and then it sits down in the shade of the old tree.';
    const broken = breakChosen(draft([0, 6000, text], [7000, 8000, 'b']));
    expect(broken.cues.length).toBe(3);
    expect(warningsOf(broken.cues, null).flat()).toEqual([]);
    expect(words(broken)).toEqual([...text.split(' '), 'b']);
  });

  it('loses no word and no time by splitting and merging, and none by moving there and back', () => {
    fc.assert(
      fc.property(anyDraft, fc.nat(100), fc.integer({ min: -90_000, max: 90_000 }), (whole, at, byMs) => {
        const parts = split(whole, { at });
        expect(letters(parts)).toEqual(letters(whole));
        for (const cue of parts.cues) expect(cue.endMs).toBeGreaterThan(cue.startMs);
        expect(new Set(parts.cues.map(({ id }) => id)).size).toBe(parts.cues.length);
        const starts = parts.cues.map(({ startMs }) => startMs);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(shown(shift(shift(whole, byMs, false), -byMs, false))).toEqual(shown(whole));
        const merged = mergeWithNext(whole);
        expect(letters(merged)).toEqual(letters(whole));
      }),
    );
  });

  it('moves the chosen cue and all after it', () => {
    const three = { ...draft([0, 1000, 'a'], [2000, 3000, 'b'], [4000, 5000, 'c']), chosenId: 2 };
    expect(shown(shift(three, 500, true))).toEqual([
      [0, 1000, 'a'],
      [2500, 3500, 'b'],
      [4500, 5500, 'c'],
    ]);
  });
});

describe('warnings', () => {
  const warned = (...cues: [number, number, string][]) => warningsOf(draft(...cues).cues, 60_000);

  it.each([
    ['nothing', [0, 3000, 'A line that fits.'], []],
    ['lines', [0, 3000, 'a\nb\nc'], ['It has 3 lines; 2 are the most.']],
    ['a long line', [0, 7000, 'x'.repeat(43)], ['Line 1 has 43 characters; 42 are the most.']],
    ['wide letters', [0, 7000, '漢'.repeat(22)], ['Line 1 has 44 characters; 42 are the most.']],
    ['tags do not count', [0, 7000, `<i>${'x'.repeat(42)}</i>`], []],
    ['too short', [0, 999, 'a'], ['It stands for 0.999 s; 1 s is the least.']],
    ['shorter', [0, 600, 'a'], ['It stands for 0.6 s; 1 s is the least.']],
    ['too long', [0, 7100, 'a'], ['It stands for 7.1 s; 7 s are the most.']],
    ['too fast', [0, 1000, 'x'.repeat(21)], ['It has 21 characters a second; 20 are the most.']],
    ['no words', [0, 1000, '<i> </i>'], ['It has no words and is not stored.']],
    ['turned round', [1000, 900, 'a'], ['It ends before it has begun.']],
    ['behind the end', [60_000, 62_000, 'a'], ['It lies behind the film’s end and is not stored.']],
    ['before the film', [-3000, -1000, 'a'], ['It lies before the film and is not stored.']],
  ] as [string, [number, number, string], string[]][])('%s', (_, cue, expected) => {
    expect(warned(cue)).toEqual([expected]);
  });

  it('tell of overlaps with any earlier cue in the same place of the picture', () => {
    const cues = draft([0, 5000, 'a'], [1000, 2000, 'b'], [3000, 4000, 'c']).cues;
    expect(warningsOf(cues, null)).toEqual([
      [],
      ['It begins 4 s before an earlier one ends.'],
      ['It begins 2 s before an earlier one ends.'],
    ]);
    const apart = cues.map((cue, i) => ({ ...cue, isTop: i === 0 }));
    expect(warningsOf(apart, null).flat()).toEqual([]);
  });
});

describe('history', () => {
  it('goes back and forth step by step; what belongs together is one step', () => {
    let history = newHistory('');
    for (const text of ['a', 'ab', 'abc']) history = step(history, text, 'word 1');
    history = step(history, 'abc d', 'word 2');
    expect(undo(history).now).toBe('abc');
    expect(undo(undo(history)).now).toBe('');
    expect(redo(undo(history)).now).toBe('abc d');
    expect(redo(history)).toEqual(history);
    const other = step(undo(history), 'x');
    expect(other.future).toEqual([]);
    expect(undo(amend(other, 'y')).now).toBe('abc');
  });

  it('undoes everything that was done, whatever it was', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.integer(), fc.constantFrom(null, 'a', 'b'))), (first, steps) => {
        let history = newHistory(first);
        for (const [value, kind] of steps) history = step(history, value, kind);
        const last = history.now;
        let back = history;
        while (back.past.length > 0) back = undo(back);
        expect(back.now).toBe(first);
        while (back.future.length > 0) back = redo(back);
        expect(back.now).toBe(last);
      }),
    );
  });
});
