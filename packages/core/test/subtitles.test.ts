import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakLines, MAX_LINE_CHARACTERS, MAX_LINES, widthOf } from '../src/cue-lines.ts';
import { readSubstationText, readTaggedText } from '../src/cue-text.ts';
import { type Cue, MAX_CUE_CHARACTERS, mendCues, PLAIN, plainText } from '../src/cues.ts';
import { readSubtitles, subtitleFormatOf } from '../src/subtitle-files.ts';
import { subtitleName } from '../src/subtitle-name.ts';
import { cleanCues, vttSegments, writeVtt } from '../src/webvtt.ts';

const cue = (startMs: number, endMs: number, text: string, isTop = false): Cue => ({
  startMs,
  endMs,
  isTop,
  runs: [{ ...PLAIN, text }],
});
const shown = (cues: readonly Cue[]) => cues.map((each) => [each.startMs, each.endMs, plainText(each)]);
const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
const markup = (source: string) =>
  writeVtt([{ startMs: 0, endMs: 1000, isTop: false, runs: readTaggedText(source).runs }]);

describe('the text of a cue', () => {
  it.each([
    ['<i>Hello</i> there', '<i>Hello</i> there'],
    ['<I><b>Hi</I></b>', '<b><i>Hi</i></b>'],
    ['<font color="#ff0000">red</font> and <c.yellow>not</c>', 'red and not'],
    ['Fish & chips &amp; <3 a < b', 'Fish &amp; chips &amp; &lt;3 a &lt; b'],
    ['<script>alert(1)</script>Hi<img src=x onerror=alert(1)>', 'Hi'],
    ['&lt;script&gt;alert(1)&lt;/script&gt;', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<v Roger Bingham>We are in New York', 'We are in New York'],
    ['<00:00:01.000>Sing <00:01.500>along', 'Sing along'],
    ['<ruby>漢字<rt>かんじ</rt></ruby>', '漢字(かんじ)'],
    ['  two   spaces \n\n\n and a gap  ', 'two spaces\nand a gap'],
    ['<b>unclosed', '<b>unclosed</b>'],
    ['{\\an8}{\\i1}up{\\i0} here', '<i>up</i> here'],
    ['{no code}', '{no code}'],
    ['a\u0000b\u0008c\u009bd', 'abcd'],
  ])('%j becomes %j', (source, expected) => {
    expect(markup(source)).toBe(`WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n${expected}\n`);
  });

  it('of SubStation keeps its words and the top, and loses drawings, positions and comments', () => {
    const read = (text: string) => readSubstationText(text, PLAIN, 288);
    expect(read('{\\an8}One\\NTwo\\hthree')).toEqual({ runs: [{ ...PLAIN, text: 'One\nTwo three' }], isTop: true });
    expect(read('{\\p1}m 0 0 l 100 0{\\p0}sign').runs).toEqual([{ ...PLAIN, text: 'sign' }]);
    expect(read('{\\pos(100,20)\\blur2}x').isTop).toBe(true);
    expect(read('{\\pos(100,260)\\bord3}x')).toEqual({ runs: [{ ...PLAIN, text: 'x' }], isTop: false });
    expect(read('a{a comment}b').runs).toEqual([{ ...PLAIN, text: 'ab' }]);
    expect(read('{\\i1}all{\\r} plain').runs).toEqual([
      { ...PLAIN, italic: true, text: 'all' },
      { ...PLAIN, text: ' plain' },
    ]);
  });

  it('is the same once it has been written and read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab <>&/i{}\\;-\n"lt'), maxLength: 60 }), (source) => {
        const once = readTaggedText(source).runs;
        fc.pre(once.length > 0);
        const text = writeVtt([{ startMs: 0, endMs: 1000, isTop: false, runs: once }]);
        const back = readSubtitles(text, 'vtt');
        expect(back).toHaveLength(1);
        expect(text.replace(/<\/?[ibu]>/g, '').replace('-->', '')).not.toMatch(/[<>]/);
      }),
    );
  });
});

describe('subtitle files', () => {
  it('of SubRip are read as they come: without numbers, with gaps, in any line ends', () => {
    const text = [
      '\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nHello\r\n\r\nafter a gap\r\n',
      '2\r\n0:00:03.5 --> 0:00:04\r\n1984\r\n\r\n3\r\n00:00:05,000-->00:00:06,000 X1:40\r\nlast',
    ].join('\r\n');
    expect(shown(readSubtitles(text))).toEqual([
      [1000, 2500, 'Hello\nafter a gap'],
      [3500, 4000, '1984'],
      [5000, 6000, 'last'],
    ]);
    expect(shown(readSubtitles('00:01,000 --> 00:02,000\nno number\n00:03,000 --> 00:04,000\nnor gap'))).toEqual([
      [1000, 2000, 'no number'],
      [3000, 4000, 'nor gap'],
    ]);
  });

  it('of WebVTT leave styles, regions and notes out, and keep the top', () => {
    const text = `WEBVTT - title\nX: y\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnothing\n\nid 1\n00:01.000 --> 00:02.000 line:0 align:start\nUp\n\n00:03.000 --> 01:00:04.000 line:84%\nDown\n`;
    expect(readSubtitles(text).map((each) => [each.startMs, each.endMs, plainText(each), each.isTop])).toEqual([
      [1000, 2000, 'Up', true],
      [3000, 3_604_000, 'Down', false],
    ]);
  });

  it('of SubStation are read by the fields that they name', () => {
    const text = `[Script Info]\nPlayResY: 720\n[V4+ Styles]\nFormat: Name, Italic, Bold, Alignment\nStyle: Thought,-1,-1,2\nStyle: Sign,0,0,8\n[Events]\nFormat: Layer, Start, End, Style, Text\nComment: 0,0:00:00.00,0:00:09.00,Sign,not shown\nDialogue: 0,0:00:01.50,0:00:02.00,Thought,Well, well\nDialogue: 0,0:00:03.00,0:00:04.00,Sign,{\\b1}Exit\n`;
    expect(readSubtitles(text)).toEqual([
      { startMs: 1500, endMs: 2000, isTop: false, runs: [{ ...PLAIN, italic: true, text: 'Well, well' }] },
      { startMs: 3000, endMs: 4000, isTop: true, runs: [{ ...PLAIN, bold: true, text: 'Exit' }] },
    ]);
  });

  it.each([
    ['', 'The file is empty.'],
    ['<html>\n<p>Not found</p>', 'Line 1: this is no subtitle file'],
    ['1\n00:00:01,000 --> 00:00:0x,000\nHi', 'Line 2: “00:00:01,000 --> 00:00:0x,000” should be two times'],
    ['WEBVTT\n\n00:01.000 --> soon\nHi', 'Line 3: “00:01.000 --> soon” should be two times'],
    ['WEBVTT\n\nwords\nwithout times', 'Line 3: “words” stands where a cue'],
    ['[Script Info]\nTitle: x', 'Line 2: the file ends without events'],
    ['[Events]\nFormat: Start, End, Text\nDialogue: now,later,Hi', 'Line 3: “Dialogue: now,later,Hi” has no times'],
  ])('that are wrong say where: %j', (text, sentence) => {
    expect(() => readSubtitles(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(sentence) }));
  });

  const moment = '00:00:01,000 --> 00:09:02,000';
  it.each([
    ['one endless word', `${moment}\n${'x'.repeat(1_000_000)}`],
    ['a word that fills a cue', `${moment}\n${'x'.repeat(MAX_CUE_CHARACTERS)}`],
    ['letters without a space', `${moment}\n${'日'.repeat(MAX_CUE_CHARACTERS)}`],
    ['thousands of cues at one moment', Array.from({ length: 50_000 }, (_, i) => `${moment}\nWord ${i}\n`).join('')],
    ['many words for a day', `00:00:00,000 --> 23:59:00,000\n${'a b '.repeat(499)}`],
    ['tags without an end', `${moment}\n${'<script '.repeat(100_000)}`],
    ['braces without an end', `${moment}\n${'{\\an8'.repeat(100_000)}`],
    ['lines of one letter', `${moment}\n${'a\n'.repeat(900)}`],
    ['spaces in a time', `00:00:01,000${' '.repeat(200_000)}x --> 00:00:02,000`],
  ])('that are made to take long do not: %s', (_, text) => {
    const beganMs = performance.now();
    try {
      const clean = cleanCues(readSubtitles(text), { zeroMs: 0, filmMs: 24 * 3600 * 1000 });
      const sizes = [...vttSegments(clean, 4000).values()].map((segment) => segment.length);
      expect(Math.max(...sizes)).toBeLessThan(3 * MAX_CUE_CHARACTERS);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringMatching(/^Line \d+: /) });
    }
    expect(performance.now() - beganMs).toBeLessThan(3000);
  });

  it('never hang or break on what is no file of theirs', () => {
    const piece = fc.constantFrom(
      '00:00:01,000',
      ' --> ',
      '\n',
      '\n\n',
      'WEBVTT',
      '[Events]',
      '{\\an8}',
      '<i',
      '<script',
      'Dialogue: ',
      ',',
      'x',
      '1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          writeVtt(cleanCues(readSubtitles(pieces.join('')), { zeroMs: 0, filmMs: null }));
        } catch (error) {
          expect(error).toMatchObject({ name: 'MarqueeError' });
        }
      }),
    );
    expect(subtitleFormatOf('1\n00:00:01,000 --> 00:00:02,000\nx')).toBe('srt');
  });
});

const anyCue = fc
  .record({
    startMs: fc.integer({ min: -5000, max: 30_000 }),
    lengthMs: fc.integer({ min: -500, max: 8000 }),
    text: fc
      .array(
        fc.array(
          fc.constantFrom(
            'a',
            'quick',
            'brown',
            'fox,',
            'jumps.',
            '-Who?',
            'extraordinarily',
            '日本語の字幕です。',
            '♪',
          ),
          { minLength: 1, maxLength: 14 },
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((lines) => lines.map((line) => line.join(' ')).join('\n')),
    isTop: fc.boolean(),
  })
  .map(({ startMs, lengthMs, text, isTop }) => cue(startMs, startMs + lengthMs, text, isTop));
const anyCues = fc.array(anyCue, { maxLength: 20 });

describe('times', () => {
  it('are put on the film’s clock; what lies outside the film goes', () => {
    const cues = [
      cue(500, 900, 'before'),
      cue(900, 1500, 'over zero'),
      cue(5000, 6000, 'in'),
      cue(10_500, 12_000, 'over the end'),
      cue(11_000, 12_000, 'after'),
    ];
    expect(shown(mendCues(cues, { zeroMs: 1000, filmMs: 10_000 }))).toEqual([
      [0, 500, 'over zero'],
      [4000, 5000, 'in'],
      [9500, 10_000, 'over the end'],
    ]);
  });

  it('of cues that overlap, have no length or come twice are mended without losing a word', () => {
    const mended = mendCues(
      [
        cue(0, 3000, 'first'),
        cue(2500, 4000, 'second'),
        cue(5000, 5000, 'no length'),
        cue(9000, 8000, 'backwards'),
        cue(20_000, 22_000, 'layer'),
        cue(20_000, 22_500, 'layer'),
        cue(30_000, 32_000, '- Who?'),
        cue(30_200, 33_000, '- Me.'),
        cue(30_000, 33_000, 'Sign', true),
      ],
      { zeroMs: 0, filmMs: null },
    );
    expect(shown(mended)).toEqual([
      [0, 2500, 'first'],
      [2500, 4000, 'second'],
      [5000, 6000, 'no length'],
      [9000, 10_000, 'backwards'],
      [20_000, 22_500, 'layer'],
      [30_000, 33_000, 'Sign'],
      [30_000, 33_000, '- Who?\n- Me.'],
    ]);
  });

  it('keep words apart that a line break kept apart, beside letters that need no space', () => {
    const [broken] = breakLines([cue(0, 1000, '日本語の字幕です。 quick 日本語の字幕です。\na')]);
    expect(words(plainText(broken as Cue))).toContain('a');
  });

  it('never overlap in one place, never run backwards, never leave the film, and keep all words, whatever is given', () => {
    fc.assert(
      fc.property(
        anyCues,
        fc.integer({ min: 0, max: 3000 }),
        fc.option(fc.integer({ min: 1, max: 40_000 })),
        (cues, zeroMs, filmMs) => {
          const clean = cleanCues(cues, { zeroMs, filmMs });
          for (const isTop of [true, false]) {
            let endMs = 0;
            for (const each of clean.filter((one) => one.isTop === isTop)) {
              expect(each.startMs).toBeGreaterThanOrEqual(endMs);
              expect(each.endMs).toBeGreaterThan(each.startMs);
              endMs = each.endMs;
            }
            expect(endMs).toBeLessThanOrEqual(filmMs ?? Number.POSITIVE_INFINITY);
          }
          const letters = new Set(words(clean.map(plainText).join(' ')));
          if (cues.reduce((sum, each) => sum + plainText(each).length, 0) > MAX_CUE_CHARACTERS) return;
          // Those that touch the film for certain: mending only ever lengthens what has no length.
          const whole = cues.filter(
            (each) => each.startMs >= zeroMs && each.startMs - zeroMs < (filmMs ?? Number.POSITIVE_INFINITY),
          );
          for (const word of whole.flatMap((each) => words(plainText(each))).filter((one) => !/[^\x20-\x7e]/.test(one)))
            expect(letters).toContain(word);
          // Cleaning what is clean changes nothing, but for lines of cues too short to be shown in parts.
          if (clean.every((each) => plainText(each).split('\n').length <= MAX_LINES))
            expect(writeVtt(cleanCues(clean, { zeroMs: 0, filmMs }))).toBe(writeVtt(clean));
        },
      ),
    );
  });
});

describe('lines', () => {
  const broken = (text: string, ms = 5000) => breakLines([cue(0, ms, text)]).map(plainText);

  it.each([
    ['Short.\nAs written.', ['Short.\nAs written.']],
    [
      'I told you that he would come back to us, and now he stands at the door.',
      ['I told you that he would come back to us,\nand now he stands at the door.'],
    ],
    [
      'What are you doing here at this hour of the night, all alone?',
      ['What are you doing here at this hour\nof the night, all alone?'],
    ],
    ['one line that\nwas broken badly\nby a machine', ['one line that was broken\nbadly by a machine']],
    ['- Who goes there?\n- It is only me, your brother.', ['- Who goes there?\n- It is only me, your brother.']],
  ])('%j become %j', (text, expected) => {
    expect(broken(text)).toEqual(expected);
  });

  it('of a cue too long for two are shown one pair after another, if there is time', () => {
    const long =
      'The first thing that you have to understand about the sea is that it never forgets, and that it never forgives those who take it for granted.';
    const parts = breakLines([cue(1000, 9000, long)]);
    expect(parts.map((part) => plainText(part).split('\n').length)).toEqual([2, 2]);
    expect(parts[0]?.startMs).toBe(1000);
    expect(parts[1]?.startMs).toBe(parts[0]?.endMs);
    expect(parts[1]?.endMs).toBe(9000);
    expect(broken(long, 1500)).toHaveLength(1);
  });

  it('keep every word in its order and its look, and no line is too wide that could be narrower', () => {
    const text = fc.array(
      fc.constantFrom(
        'a',
        'of',
        'and',
        'quick,',
        'jumps.',
        'extraordinarily',
        'Donaudampfschifffahrtsgesellschaftskapitänsmütze',
        '–',
        'né',
      ),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1000, max: 20_000 }), fc.nat({ max: 40 }), (list, lengthMs, italicFrom) => {
        const [before, after] = [list.slice(0, italicFrom), list.slice(italicFrom)].map((some) => some.join(' '));
        const runs = [
          { ...PLAIN, text: before && after ? `${before} ` : (before ?? '') },
          { ...PLAIN, italic: true, text: after ?? '' },
        ].filter((run) => run.text !== '');
        const parts = breakLines([{ startMs: 0, endMs: lengthMs, isTop: false, runs }]);
        expect(words(parts.map(plainText).join(' '))).toEqual(list);
        const italic = parts.flatMap((part) => part.runs.filter((run) => run.italic).map((run) => run.text));
        expect(words(italic.join(' ')).join('')).toBe((after ?? '').replaceAll(' ', ''));
        for (const line of parts.flatMap((part) => plainText(part).split('\n')))
          expect(widthOf(line) <= MAX_LINE_CHARACTERS || !line.includes(' ')).toBe(true);
        for (const part of parts.length > 1 ? parts : [])
          expect(plainText(part).split('\n').length).toBeLessThanOrEqual(MAX_LINES);
      }),
    );
  });

  it('of Japanese break between letters, and never before a closing mark', () => {
    const text = '私たちはあの夜、海の向こうから聞こえてくる歌を一晩中聞いていたのです。そして朝が来た。';
    const lines = (broken(text)[0] ?? '').split('\n');
    expect(lines.length).toBe(Math.ceil(widthOf(text) / MAX_LINE_CHARACTERS) > 2 ? lines.length : 2);
    expect(broken(text).join('').replaceAll('\n', '')).toBe(text);
    for (const line of lines) expect(line).not.toMatch(/^[、。]/);
  });
});

describe('WebVTT', () => {
  it('segments hold every cue that they touch, and none else', () => {
    fc.assert(
      fc.property(anyCues, fc.constantFrom(4000, 4004, 3920.5), (cues, segmentMs) => {
        const clean = cleanCues(cues, { zeroMs: 0, filmMs: null });
        const segments = vttSegments(clean, segmentMs);
        expect([...segments.keys()]).toEqual([...segments.keys()].sort((a, b) => a - b));
        for (const [n, text] of segments) {
          expect(text.startsWith('WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n')).toBe(true);
          const mine = clean.filter((each) => each.endMs > n * segmentMs && each.startMs < (n + 1) * segmentMs);
          expect(readSubtitles(text, 'vtt').map((each) => each.startMs)).toEqual(mine.map((each) => each.startMs));
        }
        for (const each of clean) expect(segments.has(Math.floor(each.startMs / segmentMs))).toBe(true);
      }),
    );
  });

  it('says the top of the picture, and nothing else', () => {
    expect(writeVtt([cue(3_600_000, 3_601_234, 'Up', true)])).toBe(
      'WEBVTT\n\n01:00:00.000 --> 01:00:01.234 line:0\nUp\n',
    );
  });
});

describe('names of tracks', () => {
  it('tell what each is for, and apart from its like', () => {
    const track = (
      language: string,
      title = '',
      marks: Partial<{ forced: boolean; hearingImpaired: boolean }> = {},
    ) => ({
      language,
      title,
      forced: false,
      hearingImpaired: false,
      ...marks,
    });
    const all = [
      track('en'),
      track('en', '', { hearingImpaired: true }),
      track('de', 'Kino'),
      track('de', 'Fernsehen'),
      track('und'),
      track('fr', '', { forced: true }),
      track('sv'),
      track('sv'),
    ];
    expect(all.map((each) => subtitleName(each, all))).toEqual([
      'English',
      'English (SDH)',
      'German: Kino',
      'German: Fernsehen',
      'Subtitles',
      'French (forced)',
      'Swedish 1',
      'Swedish 2',
    ]);
  });
});
