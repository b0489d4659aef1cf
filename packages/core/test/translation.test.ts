import { describe, expect, it } from 'vitest';
import { type Cue, PLAIN, plainText } from '../src/cues.ts';
import { hasLetters, readTranslation, translatableLine, translatedCues } from '../src/translation.ts';

const cue = (text: string, startMs: number, endMs: number, more: Partial<Cue> = {}): Cue => ({
  startMs,
  endMs,
  isTop: false,
  runs: [{ ...PLAIN, text }],
  ...more,
});

describe('translated cues', () => {
  it('stand where the originals do, at the same times, in their look', () => {
    const cues = [
      cue('Who keeps it now?', 1000, 2500),
      cue('My father.', 2500, 4000, { isTop: true, runs: [{ ...PLAIN, italic: true, text: 'My father.' }] }),
    ];
    const translated = translatedCues(cues, ['Wer hütet ihn jetzt?', 'Mein Vater.']);
    expect(translated.map(({ startMs, endMs, isTop }) => ({ startMs, endMs, isTop }))).toEqual([
      { startMs: 1000, endMs: 2500, isTop: false },
      { startMs: 2500, endMs: 4000, isTop: true },
    ]);
    expect(translated.map(plainText)).toEqual(['Wer hütet ihn jetzt?', 'Mein Vater.']);
    expect(translated[1]?.runs[0]?.italic).toBe(true);
  });

  it('have two lines of 42 characters, and are shown in parts where they are too long', () => {
    const long =
      'Der Leuchtturm steht seit hundert Jahren an dieser Stelle, und mein Vater sagt, dass das Meer ihn eines Tages zurückhaben will.';
    const translated = translatedCues([cue('It has stood here for a hundred years.', 0, 5000)], [long]);
    expect(translated.length).toBe(2);
    expect(translated[0]?.startMs).toBe(0);
    expect(translated.at(-1)?.endMs).toBe(5000);
    for (const part of translated)
      for (const line of plainText(part).split('\n')) expect(line.length).toBeLessThanOrEqual(42);
  });

  it('keep a line for each who speaks', () => {
    const original = cue('- Are you there?\n- I am.', 0, 3000);
    expect(translatableLine(original)).toBe('- Are you there? - I am.');
    const [translated] = translatedCues([original], ['- Bist du da? - Ja, bin ich.']);
    expect(plainText(translated as Cue)).toBe('- Bist du da?\n- Ja, bin ich.');
  });
});

describe('a translation of a line', () => {
  it('is plain text of about its length', () => {
    expect(readTranslation('Hello.', ' <b>Hallo</b>,\n\u0007 du.')).toBe('Hallo, du.');
    expect(readTranslation('Hello.', '')).toBe(null);
    expect(readTranslation('Hello.', 'Hallo. '.repeat(20))).toBe(null);
  });

  it('is asked for where there is a letter', () => {
    expect(['♪', '...', '1984', 'OK', '灯台'].map(hasLetters)).toEqual([false, false, false, true, true]);
  });
});
