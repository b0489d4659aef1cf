import type { z } from 'zod';
import { search as searchAll } from '../search.ts';
import { SEARCH } from './operations.ts';
import { answerJson, apiRoute } from './route.ts';
import type { FOUND } from './schemas.ts';

export const search = apiRoute(SEARCH, async ({ query: { q, kind, page } }) => {
  const { own, found, catalogue } = await searchAll({ text: q, page, ...(kind === undefined ? {} : { kind }) });
  const answer: z.output<typeof FOUND> = {
    movies: own.map(({ id, title, year, durationSec, state }) => ({ id, title, year, durationSec, state })),
    catalogue,
    titles: found.titles.map(({ kind, tmdbId, title, year, overview, rating }) => ({
      kind,
      tmdbId,
      title,
      year,
      overview,
      rating,
    })),
    people: found.people.map(({ tmdbId, name, knownFor }) => ({ tmdbId, name, knownFor })),
    page: found.page,
    pages: found.pages,
  };
  return answerJson(answer);
});
