import type { CatalogueTitle } from '@marquee/core/catalogue';
import { type MovieId, newId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import { describe, expect, it } from 'vitest';
import { filmQueryOf, nextPageAddress } from '../../view/film-query.ts';
import { type FilmValues, prefilled, readValues, valuesOf } from '../../view/film-values.ts';
import { localTime } from '../../view/local-time.ts';
import { visibilityWords } from '../../view/visibility.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 20, 30);
const BLANK = valuesOf(newMovie({ id: newId<MovieId>(1), title: 'Night Ferry', nowMs: 1 }));

function editOf(values: FilmValues) {
  const read = readValues(values, NOW_MS);
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.edit;
}

describe('the form of a film', () => {
  it('gives back what it was filled with', () => {
    const values: FilmValues = {
      ...BLANK,
      originalTitle: 'Nachtfähre',
      year: '1968',
      genres: 'Drama, Crime',
      certificate: '12',
      language: 'pt-BR',
      cast: 'Maria Falk, the captain\nOle Berg',
      series: 'Crossings',
      season: '0',
      episode: '12',
      visibility: 'scheduled',
      publishAt: new Date(NOW_MS).toISOString(),
      tmdb: 'film/603',
    };
    const edit = editOf(values);
    expect(edit.details).toMatchObject({
      year: 1968,
      episode: { series: 'Crossings', season: 0, number: 12 },
      genres: ['Drama', 'Crime'],
      cast: [
        { name: 'Maria Falk', role: 'the captain' },
        { name: 'Ole Berg', role: '' },
      ],
    });
    expect(edit).toMatchObject({ publishAtMs: NOW_MS, tmdb: { kind: 'film', tmdbId: 603 } });
    expect(valuesOf(edit)).toEqual(values);
  });

  it('forgets the time of a film that is no longer scheduled', () => {
    expect(editOf({ ...BLANK, publishAt: new Date(NOW_MS).toISOString() }).publishAtMs).toBeNull();
  });

  it.each([
    ['title', '   '],
    ['title', 'x'.repeat(201)],
    ['year', '1700'],
    ['year', 'soon'],
    ['genres', 'a,b,c,d,e,f,g,h,i,j,k'],
    ['language', 'not a language'],
    ['cast', 'x'.repeat(121)],
    ['tmdb', 'film/zero'],
  ] as [keyof FilmValues, string][])('says what is wrong with %s %s', (field, value) => {
    const read = readValues({ ...BLANK, [field]: value }, NOW_MS);
    expect('errors' in read && read.errors[field]).toMatch(/\w.*\.$/);
  });

  it('wants all three of an episode, or none', () => {
    expect(readValues({ ...BLANK, series: 'Tide' }, NOW_MS)).toMatchObject({ errors: { season: /./, episode: /./ } });
    expect(readValues({ ...BLANK, season: '1' }, NOW_MS)).toMatchObject({ errors: { series: /./ } });
    expect(readValues({ ...BLANK, series: 'Tide', season: '1', episode: '-2' }, NOW_MS)).toMatchObject({
      errors: { episode: /./ },
    });
    expect(editOf(BLANK).details.episode).toBeNull();
  });

  it('wants a time for what is scheduled', () => {
    expect(readValues({ ...BLANK, visibility: 'scheduled' }, NOW_MS)).toMatchObject({ errors: { publishAt: /./ } });
  });

  it('fills from an entry what is empty, and nothing else', () => {
    const entry = {
      kind: 'film',
      tmdbId: 7,
      title: 'Other',
      originalTitle: 'Andere',
      tagline: 'A line.',
      overview: 'What happens.',
      year: 1970,
      genres: ['Drama'],
      certificate: null,
      cast: [{ personId: 1, name: 'A', role: 'B', portrait: null }],
      crew: [{ personId: 2, name: 'C', job: 'Director' }],
    } as unknown as CatalogueTitle;
    expect(prefilled({ ...BLANK, synopsis: 'Mine.' }, entry)).toEqual({
      ...BLANK,
      synopsis: 'Mine.',
      originalTitle: 'Andere',
      tagline: 'A line.',
      year: '1970',
      genres: 'Drama',
      cast: 'A, B',
      crew: 'C, Director',
      tmdb: 'film/7',
    });
  });
});

it('reads the address of the table, and makes that of its next page', () => {
  const query = filmQueryOf({ q: ' ', visibility: 'draft', state: 'nonsense', sort: 'title', after: ['a', 'b'] });
  expect(query).toEqual({ sort: 'title', visibility: 'draft' });
  expect(nextPageAddress(query, 'x y')).toBe('/admin/films?visibility=draft&sort=title&after=x+y');
});

it('says who sees a film, and shows times as a clock does', () => {
  const at = { visibility: 'scheduled', publishAtMs: NOW_MS } as const;
  expect(visibilityWords(at, NOW_MS - 1)).toBe('Scheduled for 20:30 UTC; admins alone see it.');
  expect(visibilityWords(at, NOW_MS)).toBe('Published since 20:30 UTC.');
  expect(localTime(NOW_MS, 'Asia/Tokyo')).toBe('2026-11-26T05:30');
  expect(localTime(Number.NaN, 'UTC')).toBe('');
});
