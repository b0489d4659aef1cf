import type { MovieId } from '@marquee/core/ids';
import type { Episode } from '@marquee/core/movie';
import { type EpisodeMovie, episodeAfter } from '@marquee/core/series';
import { container } from './container.ts';
import { type Title, titleOf } from './titles.ts';
import { viewableMovie } from './viewing.ts';

export interface EpisodeTitle extends Title {
  episode: Episode;
}

/** The season that a film is an episode of, and where the other seasons begin. */
export interface SeasonFacts {
  series: string;
  season: number;
  episodes: EpisodeTitle[];
  others: { season: number; firstId: MovieId }[];
}

/** @returns null for a film that is of no series, or for none; what is not listed is not among its episodes */
export async function seasonOf(id: MovieId): Promise<SeasonFacts | null> {
  const movie = await viewableMovie(id);
  const own = movie?.details.episode;
  if (!movie || !own) return null;
  const { engines } = await container();
  const all = await engines.store.movies.episodes(movie, { listedAtMs: Date.now() });
  const bySeason = Map.groupBy(all, ({ details }) => details.episode.season);
  return {
    series: own.series,
    season: own.season,
    episodes: await Promise.all((bySeason.get(own.season) ?? []).map(episodeTitle)),
    others: [...bySeason].flatMap(([season, [first]]) =>
      season === own.season || !first ? [] : [{ season, firstId: first.id }],
    ),
  };
}

/** @returns what the player offers at the end of a film, or null for nothing */
export async function episodeAfterOf(id: MovieId): Promise<EpisodeTitle | null> {
  const movie = await viewableMovie(id);
  if (!movie?.details.episode) return null;
  const { engines } = await container();
  const next = episodeAfter(movie, await engines.store.movies.episodes(movie, { listedAtMs: Date.now() }));
  return next && episodeTitle(next);
}

async function episodeTitle(movie: EpisodeMovie): Promise<EpisodeTitle> {
  return { ...(await titleOf(movie)), episode: movie.details.episode };
}
