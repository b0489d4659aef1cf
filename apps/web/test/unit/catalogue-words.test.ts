import type { CatalogueTitle } from '@marquee/core/catalogue';
import { describe, expect, it } from 'vitest';
import pictureLoader from '../../components/picture-loader.ts';
import {
  cardFacts,
  factsOf,
  firstSentence,
  idOf,
  initialsOf,
  lifeOf,
  personPath,
  seasonPath,
  shorten,
  titlePath,
} from '../../view/catalogue-words.ts';
import { sourceOf } from '../../view/picture-source.ts';

const FILM: CatalogueTitle = {
  kind: 'film',
  tmdbId: 7,
  title: 'Éstavel, am Meer!',
  year: 2019,
  overview: '',
  poster: null,
  backdrop: null,
  rating: 7.84,
  originalTitle: 'Éstavel, am Meer!',
  tagline: '',
  genres: ['Drama', 'Crime'],
  runtimeMin: 119,
  certificate: 'PG-13',
  releasedOn: null,
  imdbId: null,
  cast: [],
  crew: [],
  seasons: [],
  trailers: [],
  stills: [],
  similar: [],
};

describe('addresses of the catalogue’s pages', () => {
  it('are found by their number, whatever the words say', () => {
    expect(titlePath(FILM)).toBe('/title/film/7-estavel-am-meer');
    expect(seasonPath(FILM, 0)).toBe('/title/series/7-estavel-am-meer/season/0');
    expect(personPath({ tmdbId: 9, name: '黒澤 明' })).toBe(`/person/9-${encodeURIComponent('黒澤-明')}`);
    expect(titlePath({ kind: 'series', tmdbId: 8, title: '???' })).toBe('/title/series/8');
    expect(['7-estavel', '7', '7x', 'x7', '', '-7', '99999999999'].map(idOf)).toEqual([
      7,
      7,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('what is said of a title', () => {
  it('stands in one line, without what nobody knows', () => {
    expect(factsOf(FILM)).toEqual(['2019', 'PG-13', '1 h 59 min', 'Drama, Crime']);
    const season = { title: '', year: null, episodeCount: 1, poster: null };
    const series = { ...FILM, kind: 'series' as const, certificate: null, genres: [], runtimeMin: 45 };
    expect(
      factsOf({
        ...series,
        seasons: [
          { ...season, number: 0 },
          { ...season, number: 1 },
        ],
      }),
    ).toEqual(['2019', '1 season', '45 min an episode']);
    expect(cardFacts(FILM)).toBe('2019 · 7.8');
    expect(cardFacts({ year: null, rating: null })).toBe('');
  });

  it('is cut at the end of a sentence, else between words', () => {
    expect(firstSentence('A lighthouse keeper finds a letter. Then another.')).toBe(
      'A lighthouse keeper finds a letter.',
    );
    expect(firstSentence('Mr. Holm, a retired spy, is asked for help. He declines.')).toBe(
      'Mr. Holm, a retired spy, is asked for help.',
    );
    expect(shorten('one two three', 9)).toBe('one two…');
    expect(shorten('short', 9)).toBe('short');
  });
});

describe('a person', () => {
  it('without a picture is shown by initials', () => {
    expect(['Ada von Holm', 'Bruno', '黒澤 明', ''].map(initialsOf)).toEqual(['AH', 'B', '黒明', '']);
  });
});

describe('a life', () => {
  it('is told by what is known of it', () => {
    expect(lifeOf({ bornOn: '1934-06-03', diedOn: '2001-05-04', birthplace: 'Lyon' })).toBe(
      'Born 3 June 1934 in Lyon. Died 4 May 2001, aged 66.',
    );
    expect(lifeOf({ bornOn: null, diedOn: null, birthplace: 'Lyon' })).toBe('Born in Lyon.');
    expect(lifeOf({ bornOn: null, diedOn: null, birthplace: null })).toBe('');
  });
});

describe('sizes of pictures', () => {
  it('are the smallest of the catalogue’s own that are wide enough', () => {
    const at = (shape: Parameters<typeof sourceOf>[1], width: number) =>
      pictureLoader({ src: sourceOf('https://pictures.example/{size}/a.jpg', shape), width });
    expect(at('poster', 185)).toBe('https://pictures.example/w185/a.jpg');
    expect(at('poster', 186)).toBe('https://pictures.example/w342/a.jpg');
    expect(at('backdrop', 1920)).toBe('https://pictures.example/w1280/a.jpg');
    expect(at('portrait', 300)).toBe('https://pictures.example/h632/a.jpg');
  });
});
