import { type MovieId, newId } from '@marquee/core/ids';
import { kinTerms, rankKin } from '@marquee/core/kin';
import { type Movie, type MovieDetails, newMovie } from '@marquee/core/movie';
import { searchTerms } from '@marquee/core/title-search';
import { describe, expect, it } from 'vitest';

let born = 1;
function film(title: string, details: Partial<MovieDetails>): Movie {
  const fresh = newMovie({ id: newId<MovieId>(born++), title, nowMs: 1 });
  return { ...fresh, details: { ...fresh.details, ...details } };
}
const people = (...names: string[]) => names.map((name) => ({ name, role: '' }));

describe('more like this', () => {
  const asked = film('The Lamp', {
    year: 1962,
    genres: ['Thriller', 'Drama'],
    cast: people('Ada Miro', 'Otto Pern'),
    crew: people('Ilse Grau'),
    synopsis: 'A lighthouse keeper finds a stranger in the harbour.',
  });

  it('puts what shares most first, and leaves out what shares nothing that can be named', () => {
    const others = [
      film('Nothing', { year: 1962, synopsis: 'A lighthouse keeper and the harbour.' }),
      film('A genre', { genres: ['Drama', 'War', 'History'] }),
      film('Both genres', { genres: ['drama', 'thriller'] }),
      film('A maker', { crew: people('ILSE GRAU') }),
      film('Cast and genre', { year: 1965, genres: ['Thriller'], cast: people('Ada Miro') }),
    ];
    const found = rankKin(asked, [asked, ...others], 9);
    expect(found.map(({ movie }) => movie.title)).toEqual(['Cast and genre', 'Both genres', 'A maker', 'A genre']);
    expect(found[0]?.shared).toEqual({
      people: [{ name: 'Ada Miro', madeBoth: false }],
      genres: ['Thriller'],
      isOfOneTime: true,
      words: [],
    });
    expect(rankKin(asked, others, 2)).toEqual(found.slice(0, 2));
  });

  it('prefers of two dramas the one that tells of the same things, and of equals the newer', () => {
    const [old, told, young] = [
      film('Old', { genres: ['Drama'] }),
      film('Told', { genres: ['Drama'], synopsis: 'Two keepers, one lighthouse, no harbour.' }),
      film('Young', { genres: ['Drama'] }),
    ];
    const found = rankKin(asked, [old, told, young], 9);
    expect(found.map(({ movie }) => movie.title)).toEqual(['Told', 'Young', 'Old']);
    expect(found[0]?.shared.words).toEqual(['lighthouse', 'harbour']);
  });

  it('finds people whatever accents and case they are written in, by terms that no title has', () => {
    expect(kinTerms(film('x', { cast: people('Zoë  Ünal'), genres: ['Science-Fiction', '…'] }))).toEqual([
      '~~pzoeunal',
      '~~gsciencefiction',
    ]);
    expect(searchTerms(film('~~gdrama pdrama', {})).some((term) => term.startsWith('~~'))).toBe(false);
  });
});
