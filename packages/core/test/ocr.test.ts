import { pictureCues, type ReadPicture } from '@marquee/core/ocr-cues';
import { cannotRead, writingOf, wrongLanguage } from '@marquee/core/ocr-language';
import { type DrawnPicture, type Ink, inkOf, linesOf } from '@marquee/core/ocr-lines';
import { mendLookalikes, type ReadLine, readLine, type SeenChar, seenChars, signsOf } from '@marquee/core/ocr-text';
import { readableLine } from '@marquee/core/ocr-words';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A picture of signs: each stands for a luminance and an opacity. */
function picture(rows: string[], looks: Record<string, [light: number, alpha: number]>): DrawnPicture {
  const all = { ' ': [0, 0] as [number, number], ...looks };
  const values = rows.flatMap((row) => [...row].flatMap((sign) => all[sign as keyof typeof all]));
  return { widthPx: rows[0]?.length ?? 0, heightPx: rows.length, values: Uint8Array.from(values) };
}

/** Rows of a picture's strokes. */
function strokes({ widthPx, heightPx, values }: Ink): string[] {
  return Array.from({ length: heightPx }, (_, y) =>
    [...values.subarray(y * widthPx, (y + 1) * widthPx)].map((value) => (value > 127 ? '#' : '.')).join(''),
  );
}

function inkFrom(rows: string[]): Ink {
  const values = Uint8Array.from(rows.flatMap((row) => [...row].map((sign) => (sign === '#' ? 255 : 0))));
  return { widthPx: rows[0]?.length ?? 0, heightPx: rows.length, values };
}

/** Each sign becomes a square of so many. */
function enlarged(rows: string[], by: number): string[] {
  return rows.flatMap((row) => Array<string>(by).fill([...row].map((sign) => sign.repeat(by)).join('')));
}

describe('strokes', () => {
  const outlined = ['        ', ' ooooo  ', ' o#o#o  ', ' o#o#o  ', ' ooooo  ', '        '];
  const expected = ['.....', '.#.#.', '.#.#.', '.....'];

  it.each([
    ['white in a black outline', outlined, { o: [16, 255], '#': [235, 255] }],
    ['black in a white outline', outlined, { o: [235, 255], '#': [16, 255] }],
    ['yellow in a shadow that is half there', outlined, { o: [0, 120], '#': [210, 255] }],
    ['black on a box of grey', outlined, { o: [128, 255], '#': [16, 255] }],
  ] as const)('are found in %s', (_, rows, looks) => {
    const drawn = inkOf(picture([...rows], looks as never));
    expect(drawn?.topPx).toBe(1);
    expect(strokes(drawn?.ink as Ink)).toEqual(expected);
  });

  it('are all that is drawn where it has one colour, whatever that is', () => {
    for (const light of [0, 128, 255]) {
      const drawn = inkOf(picture(['    ', ' ## ', ' #  ', '    '], { '#': [light, 255] }));
      expect(strokes(drawn?.ink as Ink)).toEqual(['##', '#.']);
    }
  });

  it('are none in a picture that only clears the screen', () => {
    expect(inkOf(picture(['   ', '   '], {}))).toBeNull();
  });
});

describe('lines', () => {
  const heightsIn = (rows: string[]) => linesOf({ ink: inkFrom(rows), topPx: 0 }, 100).map(({ ink }) => ink.heightPx);

  it('lie apart, and dots and accents with their letters', () => {
    const i = ['.##.', '.##.', '....', '####', '####', '.##.', '.##.', '.##.', '####'];
    expect(heightsIn([...i, '....', '....', '....', ...i])).toEqual([9, 9]);
  });

  it('are told apart where long letters touch', () => {
    const line = ['#.......', '########', '########', '########', '#.......'];
    const long = enlarged(line, 3);
    const bridge = ['#.......................', '#.......................'];
    expect(heightsIn([...long, ...bridge, ...long])).toHaveLength(2);
    expect(heightsIn(long)).toEqual([15]);
  });

  it('know where in the picture they stand', () => {
    const ink = inkFrom(['####', '####', '####', '####']);
    expect(linesOf({ ink, topPx: 90 }, 100)[0]?.heightShare).toBeCloseTo(0.92);
    expect(linesOf({ ink, topPx: 4 }, 100)[0]?.heightShare).toBeCloseTo(0.06);
  });
});

describe('words', () => {
  const N = ['#...#', '##..#', '#.#.#', '#..##', '#...#'];
  const beside = (...parts: string[][]) =>
    enlarged(
      (parts[0] as string[]).map((_, y) => parts.map((p) => p[y]).join('')),
      4,
    );
  const gap = (width: number) => Array<string>(7).fill('.'.repeat(width));

  it('are told apart by their gaps, and scaled to what the recogniser wants', () => {
    const line = readableLine(inkFrom(beside(N, gap(1), N, gap(3), N)), { emPx: 24, wordGapPx: 8 }, 48);
    expect(line.ink.heightPx).toBe(48);
    expect(line.words).toHaveLength(2);
    expect(line.isItalic).toBe(false);
    const [first, second] = line.words as [[number, number], [number, number]];
    expect(first[1]).toBeLessThan(second[0]);
    // Room on both sides.
    expect(first[0]).toBeGreaterThan(5);
    expect(line.ink.widthPx - second[1]).toBeGreaterThan(5);
  });

  it('are put upright where they lean, which is what italics are', () => {
    const upright = beside(N, gap(1), N, gap(3), N, gap(1), N);
    const width = (upright[0] as string).length + 8;
    const leaning = upright.map((row, y) => {
      const push = Math.round((upright.length - 1 - y) * 0.2);
      return `${'.'.repeat(push)}${row}`.padEnd(width, '.').slice(0, width);
    });
    expect(readableLine(inkFrom(leaning), { emPx: 24, wordGapPx: 8 }, 48)).toMatchObject({ isItalic: true });
    expect(readableLine(inkFrom(leaning), { emPx: 24, wordGapPx: 8 }, 48).words).toHaveLength(2);
  });

  it('do not include notes of music at the ends', () => {
    const note = ['..##.', '..#.#', '..#.#', '..#..', '..#..', '###..', '###..'];
    const letter = ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'];
    const J = ['..#..', '..#..', '..#..', '..#..', '..#..', '#.#..', '###..'];
    const line = readableLine(
      inkFrom(beside(note, gap(3), letter, gap(3), letter, gap(3), note)),
      { emPx: 20, wordGapPx: 8 },
      48,
    );
    expect(line).toMatchObject({ isNoteBefore: true, isNoteAfter: true });
    expect(line.words).toHaveLength(2);
    const plain = readableLine(inkFrom(beside(J, gap(3), letter)), { emPx: 20, wordGapPx: 8 }, 48);
    expect(plain).toMatchObject({ isNoteBefore: false, isNoteAfter: false });
    expect(plain.words).toHaveLength(2);
  });
});

describe('what a recogniser saw', () => {
  it('is read step by step; the same sign counts once unless there is none between', () => {
    const signs = ['a', 'b', null];
    const steps = [
      [0.1, 0.8, 0.1, 0],
      [0.1, 0.9, 0, 0],
      [0.9, 0.1, 0, 0],
      [0.2, 0.7, 0.1, 0],
      [0, 0.1, 0.3, 0.6],
    ];
    const seen = seenChars(Float32Array.from(steps.flat()), 4, signs, 8);
    expect(seen.map(({ text, atPx }) => [text, atPx])).toEqual([
      ['a', 12],
      ['a', 28],
      ['b', 36],
    ]);
    expect(seen[2]?.likelihood).toBeCloseTo(0.3);
  });

  const line = (words: [number, number][], more = {}) => ({
    ink: { widthPx: 400, heightPx: 48, values: new Uint8Array(0) },
    words,
    isItalic: false,
    isNoteBefore: false,
    isNoteAfter: false,
    ...more,
  });
  const at = (text: string, places: number[]): SeenChar[] =>
    [...text].map((char, i) => ({ text: char, atPx: places[i] as number, likelihood: 0.9 }));

  it('is put into the words of the picture, even where it is seen a little beside them', () => {
    const words: [number, number][] = [
      [10, 50],
      [64, 100],
    ];
    expect(readLine(line(words), at('Letme', [20, 34, 54, 70, 92]), 0.9).text).toBe('Let me');
    expect(readLine(line(words), at('Letme', [20, 34, 56, 61, 92]), 0.9).text).toBe('Let me');
    expect(readLine(line(words), at('Le t me', [20, 34, 44, 46, 55, 70, 92]), 0.9)).toMatchObject({
      text: 'Let me',
      confidence: expect.closeTo(0.9),
    });
  });

  it('has no spaces between letters that fill their square, unless they are as wide', () => {
    const words = (gapPx: number): [number, number][] => [
      [10, 50],
      [50 + gapPx, 90 + gapPx],
    ];
    expect(readLine(line(words(12)), at('你好', [30, 80]), 0.9).text).toBe('你好');
    expect(readLine(line(words(40)), at('你好', [30, 110]), 0.9).text).toBe('你 好');
  });

  it('gets back the notes that were taken off', () => {
    const sung = line([[10, 50]], { isNoteBefore: true, isNoteAfter: true });
    expect(readLine(sung, at('La', [20, 40]), 0.9).text).toBe('♪ La ♪');
  });

  it.each([
    ['l can’t', 'I can’t'],
    ["l'm aII right", "I'm all right"],
    ['lt is lnteresting', 'It is Interesting'],
    ['look, little Lloyd', 'look, little Lloyd'],
    ['heIlo w0rld', 'hello world'],
    ['HELLO IN IRELAND', 'HELLO IN IRELAND'],
    ['McIntyre', 'McIntyre'],
    ['100 l0ve 2001', '100 love 2001'],
    ['1,ooo or 2o', '1,000 or 20'],
    ['WHAT ThE HELl IS IT', 'WHAT THE HELL IS IT'],
    ["C'est l'heure", "C'est I'heure"],
  ])('%s is mended to %s', (seen, mended) => {
    expect(mendLookalikes(seen)).toBe(mended);
  });

  it('never grows or loses signs when it is mended', () => {
    const text = fc.string({
      unit: fc.constantFrom('I', 'l', '1', '|', '0', 'o', 'O', 'a', 'B', ' ', "'"),
      maxLength: 30,
    });
    fc.assert(fc.property(text, (each) => mendLookalikes(each).length === each.length));
  });

  it('may hold those signs alone that its writing has', () => {
    const dictionary = ['a', '，', '漢', '’', '…', 'é', 'д', ' '];
    expect(signsOf(dictionary, 'latin')).toEqual(['a', ',', null, "'", '...', 'é', null, null]);
    expect(signsOf(dictionary, 'han')).toEqual(['a', '，', '漢', '’', '…', 'é', null, null]);
    expect(signsOf(dictionary, 'any')).toEqual(['a', ',', '漢', "'", '...', 'é', 'д', null]);
  });
});

describe('languages', () => {
  it('are read if all their letters are known', () => {
    expect(['en', 'en-GB', 'id', 'zh', 'zh-Hans', 'und'].map(writingOf)).toEqual([
      ...['latin', 'latin', 'latin', 'han', 'han', 'any'],
    ]);
    expect(['fr', 'de', 'ru', 'ja', 'zh-Hant', 'zh-TW', 'sr-Latn'].map(writingOf)).toEqual(Array(7).fill(null));
  });

  it('that the file does not name are told by what was read', () => {
    expect(wrongLanguage('Oh, what happened? Let me go! That is a nice ship we had.', 'und')).toBeNull();
    expect(wrongLanguage('你好，这是一个很好的电影。我们走吧', 'und')).toBeNull();
    expect(wrongLanguage('Ou allez-vous, mon ami? Je ne sais pas, je suis perdu.', 'und')).toMatch(/neither English/);
    expect(wrongLanguage('Wo gehst du hin? Ich weiss es nicht, mein Freund.', 'und')).toMatch(/neither English/);
    // Names may stand in a track of any language, but not alone.
    expect(wrongLanguage('Hamburg, Altona', 'en')).toBeNull();
    expect(wrongLanguage('Wo gehst du denn hin, mein Freund? '.repeat(5), 'en-GB')).toMatch(/calls English/);
    expect(wrongLanguage('Ke mana kau pergi, kawan? '.repeat(9), 'id')).toBeNull();
    expect(wrongLanguage('這是一個很好的電影。我們走吧', 'zh')).toBe(cannotRead('zh-Hant'));
  });
});

describe('pictures of a film', () => {
  const words = (text: string, more: Partial<ReadLine> = {}): ReadLine => ({
    ...{ text, confidence: 1, isItalic: false, heightShare: 0.9 },
    ...more,
  });
  const shown = (startMs: number, endMs: number | null, ...lines: ReadLine[]): ReadPicture => ({
    startMs,
    endMs,
    lines,
  });
  const cues = (...pictures: ReadPicture[]) =>
    pictureCues(pictures).map(({ startMs, endMs, runs }) => [startMs, endMs, runs.map(({ text }) => text).join('|')]);

  it('end with their own time, with the next, or with one that clears the screen', () => {
    expect(
      cues(
        shown(1000, 2000, words('a')),
        shown(3000, 9000, words('b')),
        shown(5000, null, words('c')),
        shown(20_000, null),
        shown(30_000, null, words('d')),
        shown(90_000, null, words('e')),
      ),
    ).toEqual([
      [1000, 2000, 'a'],
      [3000, 5000, 'b'],
      [5000, 20_000, 'c'],
      [30_000, 40_000, 'd'],
      [90_000, 100_000, 'e'],
    ]);
  });

  it('that say the same one after another are one cue', () => {
    expect(
      cues(
        shown(1000, null, words('a')),
        shown(2000, 3000, words('a')),
        shown(3100, 4000, words('a')),
        shown(6000, 7000, words('a')),
      ),
    ).toEqual([
      [1000, 4000, 'a'],
      [6000, 7000, 'a'],
    ]);
  });

  it('keep their lines, what leans, and what stands at the top', () => {
    const made = pictureCues([
      shown(1000, 2000, words('Paris', { heightShare: 0.1 }), words('- Yes?'), words('- No.', { isItalic: true })),
    ]);
    expect(
      made.map(({ isTop, runs }) => [isTop, runs.map(({ text, italic }) => (italic ? `<i>${text}` : text)).join('')]),
    ).toEqual([
      [true, 'Paris'],
      [false, '- Yes?\n<i>- No.'],
    ]);
  });
});
