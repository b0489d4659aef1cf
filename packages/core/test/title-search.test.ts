import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MovieId, newId } from '../src/ids.ts';
import { type Movie, newMovie } from '../src/movie.ts';
import { planSearch, rankTitles, searchTerms, searchTitles, type TitleIndex } from '../src/title-search.ts';
import { foldWords, titleKey, typoCount } from '../src/title-words.ts';

function film(title: string, originalTitle = ''): Movie {
  const movie = newMovie({ id: newId<MovieId>(1), title, nowMs: 1 });
  return { ...movie, details: { ...movie.details, originalTitle } };
}

/** An index as a store would be, without any speed. */
function indexOf(movies: Movie[]): TitleIndex {
  return {
    byKey: async (key, limit) => movies.filter((movie) => titleKey(movie.title).startsWith(key)).slice(0, limit),
    byTerms: async (groups, limit) =>
      movies
        .filter((movie) => {
          const terms = new Set(searchTerms(movie));
          return groups.every((group) => group.some((term) => terms.has(term)));
        })
        .slice(0, limit),
  };
}

const HOUSE = [
  'The Godfather',
  'The Godfather Part II',
  'Godfathers of the Night',
  'Café de Flore',
  'Cafeteria',
  'Star Wars',
  'The Empire Strikes Back',
  'It',
  'It Follows',
  'Italian for Beginners',
  'Schindler’s List',
  'Łódź Station',
  '千と千尋の神隠し',
  'Fast & Furious',
  'The Man',
  'Man on Wire',
  '!!!',
].map((title) => film(title));
HOUSE.push(film('Spirited Away', 'Sen to Chihiro no Kamikakushi'));

async function find(text: string): Promise<string[]> {
  return (await searchTitles(indexOf(HOUSE), text, 5)).map((movie) => movie.title);
}

describe('searching titles', () => {
  it.each([
    ['the godfather', 'The Godfather'],
    ['godfather', 'The Godfather'],
    ['godfather part', 'The Godfather Part II'],
    ['part godfather', 'The Godfather Part II'],
    ['godfahter', 'The Godfather'],
    ['godfater', 'The Godfather'],
    ['goodfather', 'The Godfather'],
    ['gofdather', 'The Godfather'],
    ['cafe de flore', 'Café de Flore'],
    ['CAFÉ', 'Café de Flore'],
    ['flore caf', 'Café de Flore'],
    ['cafeteria', 'Cafeteria'],
    ['starwars', 'Star Wars'],
    ['empire bakc', 'The Empire Strikes Back'],
    ['empire stri', 'The Empire Strikes Back'],
    ['it', 'It'],
    ['schindlers', 'Schindler’s List'],
    ['lodz', 'Łódź Station'],
    ['神隠し', '千と千尋の神隠し'],
    ['fast and furious', 'Fast & Furious'],
    ['chihiro', 'Spirited Away'],
    ['man', 'The Man'],
    ['!!!', '!!!'],
    ['godfather movie', 'The Godfather'],
  ])('%s finds %s first', async (text, title) => {
    expect((await find(text))[0]).toBe(title);
  });

  it('finds nothing for nothing, and nothing for what is not there', async () => {
    expect(await find('')).toEqual([]);
    expect(await find('   ')).toEqual([]);
    expect(await find('xylophone zebra')).toEqual([]);
  });

  it('finds every title by its own words in any order, and by any beginning', async () => {
    const words = fc.array(fc.stringMatching(/^[a-zé]{1,9}$/), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 0, max: 40 }), async (title, cut) => {
        const movie = film(title.join(' '));
        const index = indexOf([movie]);
        const turned = [...title].reverse().join(' ');
        expect(await searchTitles(index, turned, 1)).toEqual([movie]);
        const begun = movie.title.slice(0, 1 + (cut % movie.title.length));
        expect(await searchTitles(index, begun, 1)).toEqual([movie]);
      }),
    );
  });

  it('finds a word of four letters or more in spite of any one typo', async () => {
    const word = fc.stringMatching(/^[a-z]{5,12}$/);
    await fc.assert(
      fc.asyncProperty(word, fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'change'), async (text, nth, kind) => {
        const at = nth % (text.length - 1);
        const typed = {
          drop: text.slice(0, at) + text.slice(at + 1),
          double: text.slice(0, at) + text[at] + text.slice(at),
          swap: text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2),
          change: `${text.slice(0, at)}q${text.slice(at + 1)}`,
        }[kind];
        const movie = film(`${text} and others`);
        expect(await searchTitles(indexOf([movie]), typed, 1)).toEqual([movie]);
      }),
    );
  });
});

it('ranks the very title before its beginning, that before words, and words before typos', () => {
  const titles = ['A Garden Party', 'Party in the Garden', 'Gardeners', 'The Garden', 'Garden of Eden', 'Gärten'];
  const ranked = rankTitles(
    foldWords('garden'),
    titles.map((title) => film(title)),
  );
  expect(ranked.map((movie) => movie.title)).toEqual([
    'The Garden',
    'Garden of Eden',
    'A Garden Party',
    'Gardeners',
    'Party in the Garden',
    'Gärten',
  ]);
});

it('counts typos as people make them', () => {
  expect(typoCount('godfahter', 'godfather', 2)).toBe(1);
  expect(typoCount('kitten', 'sitting', 3)).toBe(3);
  expect(typoCount('abc', 'xyz', 1)).toBe(2);
  expect(typoCount('gdof', 'godfather', 1, true)).toBe(1);
});

it('keeps what a film is found by small', () => {
  expect(searchTerms(film('Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb')).length).toBeLessThan(
    160,
  );
  expect(planSearch('word '.repeat(200)).exact.length).toBeLessThanOrEqual(12);
});
