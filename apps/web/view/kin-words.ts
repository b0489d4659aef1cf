import type { Kinship } from '@marquee/core/kin';

/** Genres that are a thing by themselves; of all others a film is one. */
const THINGS = new Set(
  'comedy documentary drama melodrama musical mystery romance thriller tragedy western'.split(' '),
);

/** Why a film is like another: `Also a thriller with Ada Miro`, `Also by Ilse Grau`, `Also a war film of those years`. */
export function kinReason({ people, genres, isOfOneTime, words }: Kinship): string {
  const genre = genres[0] === undefined ? '' : ` ${genreWords(genres[0])}`;
  const [first, second] = people;
  if (first) {
    const names = second && second.madeBoth === first.madeBoth ? `${first.name} and ${second.name}` : first.name;
    return `Also${genre} ${first.madeBoth ? 'by' : 'with'} ${names}`;
  }
  if (words.length >= 2) return `Also${genre} that tells of “${words[0]}” and “${words[1]}”`;
  if (genres.length > 1) return `Also ${genreList(genres)}`;
  return `Also${genre}${isOfOneTime ? ' of those years' : ''}`;
}

/** `a thriller`, `an action film`. */
function genreWords(genre: string): string {
  const lower = genre.toLowerCase();
  const words = THINGS.has(lower) ? lower : `${lower} film`;
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

function genreList(genres: string[]): string {
  const [first = '', second = ''] = genres.map((genre) => genre.toLowerCase());
  return `${first} and ${second}`;
}
