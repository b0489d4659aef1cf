import { describe, expect, it } from 'vitest';
import { type MovieId, newId } from '../src/ids.ts';
import { type Movie, newMovie } from '../src/movie.ts';
import { episodeAfter, findEpisodes, seriesTerms } from '../src/series.ts';

let made = 0;
function episode(series: string | null, season = 1, number = 1): Movie {
  made++;
  const movie = newMovie({ id: newId<MovieId>(made), title: `Film ${made}`, nowMs: 1 });
  return { ...movie, details: { ...movie.details, episode: series === null ? null : { series, season, number } } };
}

const indexOf = (films: Movie[]) => ({
  byKey: async () => [],
  byTerms: async (groups: string[][]) => films.filter((film) => seriesTerms(film).includes(groups[0]?.[0] ?? '')),
});

describe('series', () => {
  it('are found however their name was typed, in their order, and nothing else', async () => {
    const films = [
      episode('Les Années', 2, 1),
      episode('LES ANNEES!', 1, 2),
      episode('Les Années', 1, 10),
      episode('Les Années', 1, 1),
      episode('Les Années lumière', 1, 3),
      episode(null),
    ];
    const [first] = films as [Movie];
    const found = await findEpisodes(indexOf(films), first);
    expect(found.map(({ details }) => [details.episode.season, details.episode.number])).toEqual([
      [1, 1],
      [1, 2],
      [1, 10],
      [2, 1],
    ]);
    expect(episodeAfter(found[2] as Movie, found)?.id).toBe(first.id);
    expect(episodeAfter(first, found)).toBeNull();
    expect(await findEpisodes(indexOf(films), films[5] as Movie)).toEqual([]);
  });

  it('do not lead from one film of an episode to another of the same', async () => {
    const films = [episode('Tide', 1, 1), episode('Tide', 1, 1), episode('Tide', 1, 2)];
    const found = await findEpisodes(indexOf(films), films[0] as Movie);
    expect(episodeAfter(films[0] as Movie, found)?.id).toBe(films[2]?.id);
  });

  it('have long names that begin alike, and stay apart', async () => {
    const films = [episode(`${'long'.repeat(12)} one`), episode(`${'long'.repeat(12)} two`)];
    expect(await findEpisodes(indexOf(films), films[0] as Movie)).toHaveLength(1);
  });
});
