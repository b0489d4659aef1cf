import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cue, PLAIN } from '../src/cues.ts';
import {
  atMost,
  cleanText,
  GENRES,
  LONGEST_SUGGESTION,
  MOST_GENRES,
  partsOf,
  readSuggestions,
  spokenText,
  spread,
  wordsIn,
} from '../src/description.ts';
import { genresByWords } from '../src/genre-words.ts';
import { describeByOwnWords } from '../src/own-words.ts';
import { guessLanguage } from '../src/stop-words.ts';

const cue = (text: string, i = 0): Cue => ({
  startMs: i * 4000,
  endMs: i * 4000 + 3500,
  isTop: false,
  runs: [{ ...PLAIN, text }],
});
const film = (lines: string[], language: string | null = 'en') => ({
  cues: lines.map(cue),
  language,
  title: 'film.mp4',
  durationSec: null,
});

const SPACE = [
  'This is Mission Control. The astronauts',
  'are ready for the launch of the rocket.',
  'How do you feel today?',
  'The rocket carries a telescope into orbit,',
  'where it will look at planets of other stars.',
  'Well, good morning to you.',
  'Every astronaut has trained for the launch of this rocket for years.',
  '[applause]',
  'Mr. Smith says that the telescope is the largest that was ever brought into orbit.',
  'It was built by engineers of eleven countries, and it cost ten billion dollars.',
  'JOHN: Let me see.',
  'And in the end the rocket explodes over the sea.',
  'Nobody expected that the launch would end like this.',
];

describe('a film described by its own words', () => {
  it('is quoted where most of it comes together, in the order of the film, and not from its end', () => {
    const { suggestions, skipped } = describeByOwnWords(film(SPACE));
    const quotations = [...suggestions.synopsis.matchAll(/“([^”]+)”/g)].map((match) => match[1]);
    expect(quotations).toContain('Every astronaut has trained for the launch of this rocket for years.');
    expect(quotations.length).toBeLessThanOrEqual(4);
    const whole = SPACE.join(' ');
    const places = quotations.map((text) => whole.indexOf(text as string));
    expect(places.every((place, i) => place >= 0 && place > (places[i - 1] ?? -1))).toBe(true);
    expect(suggestions.synopsis).not.toContain('explodes');
    expect(suggestions.genres).toEqual(['Science Fiction', 'Documentary']);
    expect(suggestions).toMatchObject({ title: '', tagline: '' });
    expect(skipped).toBe(null);
  });

  it('has nothing said of it where nothing, or next to nothing, is said', () => {
    expect(describeByOwnWords(film([])).skipped).toBe('Nothing is said in the film.');
    expect(describeByOwnWords(film(['[wind]', '♪ la la ♪', '(sighs)'])).skipped).toBe('Nothing is said in the film.');
    const few = describeByOwnWords(film(['Help! Help!', 'Let me go!']));
    expect(few.skipped).toBe('5 words are said in the film: too little to tell what it is about.');
    expect(few.suggestions).toEqual({ title: '', tagline: '', synopsis: '', genres: [] });
  });

  it('has its language told by its words, and genres from English alone', () => {
    const german = Array.from(
      { length: 12 },
      (_, i) => `Der Sheriff und das Pferd Nummer ${i} sind nicht in der Stadt.`,
    );
    const { suggestions, skipped } = describeByOwnWords(film(german, null));
    expect(suggestions.genres).toEqual([]);
    expect(skipped).toBe('Genres are told from English words alone.');
    expect(suggestions.synopsis).toContain('Sheriff');
    expect(guessLanguage('the cat is on the mat and it is not mine'.split(' '))).toBe('en');
    expect(guessLanguage('der hund ist nicht auf dem sofa und ich bin hier'.split(' '))).toBe('de');
    expect(guessLanguage(['zażółć', 'gęślą', 'jaźń'])).toBe(null);
  });

  it('is quoted in languages without spaces, and whatever its language is said to be', () => {
    const japanese = Array.from({ length: 20 }, (_, i) => `この機械は${i}番目の灯台を非常に正確に動かします。`);
    expect(describeByOwnWords(film(japanese, 'ja')).suggestions.synopsis).toMatch(/^“この機械/);
    expect(describeByOwnWords(film(SPACE, 'no tag')).suggestions.synopsis).not.toBe('');
  });

  it('is told in the same words each time, and soon where it is very long', () => {
    const lines = Array.from(
      { length: 6000 },
      (_, i) =>
        `Number ${i % 89} of the ${['ships', 'planets', 'horses', 'songs'][i % 4]} ${i} sails to port ${i % 31}.`,
    );
    const startedMs = performance.now();
    const once = describeByOwnWords(film(lines));
    const tookMs = performance.now() - startedMs;
    expect(describeByOwnWords(film(lines))).toEqual(once);
    expect(tookMs).toBeLessThan(5000);
  });

  it('never says more than a page takes, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 60 }), (lines) => {
        const { suggestions } = describeByOwnWords(film(lines, null));
        expect(suggestions.synopsis.length).toBeLessThanOrEqual(LONGEST_SUGGESTION.synopsis);
        expect(suggestions.synopsis).not.toMatch(/[\n<]{2}|\u202e/);
      }),
      { numRuns: 100 },
    );
  });
});

describe('genres', () => {
  it('need different words, and enough of them', () => {
    const western = 'the sheriff and his deputy ride to the ranch with forty horses'.split(' ');
    expect(genresByWords(western, 'en-US')).toEqual(['Western']);
    expect(
      genresByWords(
        Array.from({ length: 50 }, () => 'sheriff'),
        'en',
      ),
    ).toEqual([]);
    expect(genresByWords([...western, ...Array.from({ length: 5000 }, () => 'tea')], 'en')).toEqual([]);
    expect(genresByWords(western, 'sv')).toBe(null);
  });
});

describe('what is proposed', () => {
  it('is cut to what pages take, whatever a model says', () => {
    fc.assert(
      fc.property(
        fc.record({
          title: fc.string({ unit: 'grapheme', maxLength: 400 }),
          logline: fc.string({ unit: 'grapheme', maxLength: 600 }),
          synopsis: fc.string({ unit: 'binary', maxLength: 4000 }),
          genres: fc.array(fc.oneof(fc.constantFrom(...GENRES), fc.string()), { maxLength: 20 }),
        }),
        (answer) => {
          const { title, tagline, synopsis, genres } = readSuggestions(answer);
          expect(title.length).toBeLessThanOrEqual(LONGEST_SUGGESTION.title);
          expect(tagline.length).toBeLessThanOrEqual(LONGEST_SUGGESTION.tagline);
          expect(synopsis.length).toBeLessThanOrEqual(LONGEST_SUGGESTION.synopsis);
          expect(genres.length).toBeLessThanOrEqual(MOST_GENRES);
          expect(genres.every((genre) => (GENRES as readonly string[]).includes(genre))).toBe(true);
        },
      ),
    );
  });

  it('holds no tags, no addresses and nothing unseen', () => {
    expect(
      cleanText('<b>Bold</b> <script src=x>a</script>\u202eb\u0007 at https://a.example/x and\nwww.b.example.'),
    ).toBe('Bold a b at and');
    expect(cleanText('1 < 2 and 3 > 2')).toBe('1 < 2 and 3 > 2');
  });

  it('ends at a sentence where one ends late enough, else at a word', () => {
    expect(atMost('One two. Three four five six', 12)).toBe('One two.');
    expect(atMost('Onetwothree four five', 15)).toBe('Onetwothree…');
    expect(atMost('short', 5)).toBe('short');
  });
});

describe('what is said', () => {
  it('is told from sounds, songs and speakers', () => {
    expect(spokenText(cue('- [door] Come in!\n- ANNA: I am in.'))).toBe('Come in! I am in.');
    expect(spokenText(cue('♪ Oh my darling ♪'))).toBe('');
    expect(wordsIn('It is 7 o’clock')).toBe(5);
    expect(wordsIn('灯台')).toBe(2);
  });

  it('is cut into parts between lines, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), { maxLength: 40 }),
        fc.integer({ min: 30, max: 200 }),
        (lines, largest) => {
          const size = (text: string) => JSON.stringify(text).length - 2;
          const parts = partsOf(lines, largest, size);
          for (const part of parts) expect(size(part)).toBeLessThanOrEqual(largest);
          expect(parts.join('\n').replaceAll('\n', '')).toBe(lines.join('\n').replaceAll('\n', ''));
        },
      ),
    );
  });

  it('is read from all over a film where it is too long', () => {
    expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3]);
    expect(
      spread(
        Array.from({ length: 100 }, (_, i) => i),
        4,
      ),
    ).toEqual([0, 33, 66, 99]);
  });
});
