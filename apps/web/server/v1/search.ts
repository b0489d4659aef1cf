import type { MovieId } from '@marquee/core/ids';
import type { z } from 'zod';
import { search as searchAll, searchSaid } from '../search.ts';
import { SEARCH } from './operations.ts';
import { answerJson, apiRoute } from './route.ts';
import type { FOUND } from './schemas.ts';

export const search = apiRoute(SEARCH, async ({ query: { q, kind, page, movieId, language } }) => {
  const asked = { text: q, page, ...(kind === undefined ? {} : { kind }) };
  const filter = { ...(movieId && { movieId: movieId as MovieId }), ...(language && { language }) };
  const [{ own, found, catalogue }, { moments }] = await Promise.all([
    searchAll(asked),
    searchSaid({ ...asked, ...filter }),
  ]);
  const answer: z.output<typeof FOUND> = {
    movies: own.map(({ id, title, year, durationSec, state }) => ({ id, title, year, durationSec, state })),
    moments: moments.map(({ title, kind: momentKind, language: spoken, startSec, parts }) => ({
      movieId: title.id,
      title: title.title,
      kind: momentKind,
      startSec,
      language: spoken,
      text: parts.map(({ text }) => text).join(''),
      matches: parts.filter(({ isMatch }) => isMatch).map(({ at, text }): [number, number] => [at, at + text.length]),
    })),
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
