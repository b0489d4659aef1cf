'use server';

import type { AuditAction } from '@marquee/core/audit';
import type { CatalogueCard, CatalogueTitle, TitleKind } from '@marquee/core/catalogue';
import { toMarqueeError } from '@marquee/core/errors';
import type { MovieId } from '@marquee/core/ids';
import { type Episode, VISIBILITIES } from '@marquee/core/movie';
import type { PictureUse } from '@marquee/core/picture-maker';
import { z } from 'zod';
import { type FilmValues, readValues, valuesOf } from '../view/film-values.ts';
import { VISIBILITY_NAMES } from '../view/visibility.ts';
import { filmTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit, currentActor } from './current-user.ts';
import { writeDownEdit } from './film-audit.ts';
import { basisOf, changeMovie } from './film-edit.ts';
import { countTry } from './limits.ts';
import { choosePicture, generatePicture } from './pictures.ts';
import { requireAdmin } from './require-admin.ts';
import { compareAgain } from './skips-desk.ts';

/** What became of a form that was sent. */
export type Saved =
  | { state: 'saved'; basis: string; values: FilmValues }
  | { state: 'refused'; errors: Partial<Record<keyof FilmValues, string>>; sentence: string }
  /** Somebody else saved in between; nothing was written. `theirs` can be saved over by naming its basis. */
  | { state: 'clash'; basis: string; theirs: FilmValues };

/** A kind of ending that carries a film's present state out of a change. */
class Clash extends Error {
  readonly basis: string;
  readonly theirs: FilmValues;

  constructor(basis: string, theirs: FilmValues) {
    super('Somebody else changed this film.');
    this.basis = basis;
    this.theirs = theirs;
  }
}

const text = z.string().max(20_000);
const filmValues = z.object({
  title: text,
  originalTitle: text,
  tagline: text,
  synopsis: text,
  year: text,
  genres: text,
  certificate: text,
  language: text,
  cast: text,
  crew: text,
  series: text,
  season: text,
  episode: text,
  visibility: z.enum(VISIBILITIES as [FilmValues['visibility'], ...FilmValues['visibility'][]]),
  publishAt: text,
  tmdb: text,
});
const movieId = z.string().min(1).max(64);
/** One page shows fewer; more in one call is not from our page. */
const choice = z.array(movieId).min(1).max(200);
const bulkWork = z.enum(['publish', 'unlist', 'delete', 'remake']);
export type BulkWork = z.infer<typeof bulkWork>;

/** Stores what was typed, unless somebody changed the same film since the form was opened with `basis`. */
export async function saveFilmAction(id: string, basis: string, typed: FilmValues): Promise<Saved> {
  await requireAdmin(`/admin/films/${encodeURIComponent(id)}`);
  const read = filmValues.safeParse(typed);
  if (!read.success) return { state: 'refused', errors: {}, sentence: 'The form was not understood. Load it anew.' };
  const result = readValues(read.data, Date.now());
  if ('errors' in result)
    return { state: 'refused', errors: result.errors, sentence: 'Some fields need another look.' };
  try {
    let before: FilmValues | null = null;
    let episode: Episode | null = null;
    const movie = await changeMovie(id as MovieId, (now) => {
      if (basisOf(now) !== basis) throw new Clash(basisOf(now), valuesOf(now));
      before = valuesOf(now);
      episode = now.details.episode;
      return result.edit;
    });
    const { engines } = await container();
    if (before) await writeDownEdit(engines.store, await currentActor(), movie, before);
    await compareAgain(movie, episode);
    return { state: 'saved', basis: basisOf(movie), values: valuesOf(movie) };
  } catch (thrown) {
    if (thrown instanceof Clash) return { state: 'clash', basis: thrown.basis, theirs: thrown.theirs };
    return { state: 'refused', errors: {}, sentence: await sentenceOf(thrown, id) };
  }
}

/** Chooses one of the film's own stills, or with null none, so that the worker's choice stands again. */
export async function choosePictureAction(id: string, use: PictureUse, key: string | null): Promise<string | null> {
  await requireAdmin(`/admin/films/${encodeURIComponent(id)}`);
  try {
    const what = use === 'poster' ? 'poster' : 'backdrop';
    await choosePicture(id as MovieId, what, key === null ? null : String(key));
    const { engines } = await container();
    const detail = key === null ? `${what}: left to Marquee` : what;
    await audit('film.picture_chosen', await filmTarget(engines.store, id as MovieId), detail);
    return null;
  } catch (thrown) {
    return sentenceOf(thrown, id);
  }
}

/** Has a service make a picture, which is offered beside the film's stills. @returns why there is none, or null */
export async function generatePictureAction(id: string, use: PictureUse): Promise<string | null> {
  const user = await requireAdmin(`/admin/films/${encodeURIComponent(id)}`);
  try {
    const what = use === 'poster' ? 'poster' : 'backdrop';
    const { engines } = await container();
    const target = await filmTarget(engines.store, id as MovieId);
    const wait = await countTry(engines.store, 'picture-account', user.id);
    if (wait !== null) return `You had many pictures made. Wait ${wait}.`;
    await generatePicture(id as MovieId, what);
    await audit('film.picture_generated', target, what);
    return null;
  } catch (thrown) {
    return sentenceOf(thrown, id);
  }
}

/** Does one thing to each of the films. @returns how many it was done to, and why not to the others */
export async function bulkAction(ids: string[], work: BulkWork): Promise<{ done: number; refused: string | null }> {
  await requireAdmin('/admin/films');
  const [chosen, what] = [choice.safeParse(ids), bulkWork.safeParse(work)];
  if (!chosen.success || !what.success)
    return { done: 0, refused: 'The choice was not understood. Load the page anew and choose again.' };
  const { commands, engines, log } = await container();
  const one: Record<BulkWork, { run: (id: MovieId) => Promise<unknown>; action: AuditAction; detail?: string }> = {
    publish: {
      run: (id) => changeMovie(id, () => ({ visibility: 'published', publishAtMs: null })),
      action: 'film.published',
    },
    unlist: {
      run: (id) => changeMovie(id, () => ({ visibility: 'unlisted', publishAtMs: null })),
      action: 'film.visibility_changed',
      detail: VISIBILITY_NAMES.unlisted.toLowerCase(),
    },
    delete: { run: (id) => commands.removeMovie(id), action: 'film.deleted' },
    remake: { run: (id) => commands.remakeMovie(id), action: 'film.remade' },
  };
  const { run, action, detail = null } = one[what.data];
  let done = 0;
  const sentences = new Set<string>();
  for (const id of chosen.data) {
    try {
      const target = await filmTarget(engines.store, id as MovieId);
      await run(id as MovieId);
      await audit(action, target, detail);
      log.info('film changed by an admin', { movieId: id, work: what.data });
      done++;
    } catch (thrown) {
      sentences.add(await sentenceOf(thrown, id));
    }
  }
  return { done, refused: sentences.size > 0 ? [...sentences].join(' ') : null };
}

/** Entries of the catalogue that may be this film. @returns null when the catalogue does not answer */
export async function findEntriesAction(query: string): Promise<CatalogueCard[] | null> {
  await requireAdmin('/admin/films');
  const { catalogue } = await container();
  const found = await catalogue?.search({ text: String(query).slice(0, 200) });
  return found?.state === 'known' ? (found.value?.titles ?? []).slice(0, 8) : null;
}

/** All that the catalogue knows of an entry. @returns null when it does not answer, or has none of this id */
export async function readEntryAction(kind: TitleKind, tmdbId: number): Promise<CatalogueTitle | null> {
  await requireAdmin('/admin/films');
  const { catalogue } = await container();
  const told = await catalogue?.title(kind === 'series' ? 'series' : 'film', Math.trunc(Number(tmdbId)));
  return told?.state === 'known' ? told.value : null;
}

async function sentenceOf(thrown: unknown, id: string): Promise<string> {
  const error = toMarqueeError(thrown);
  if (error.code !== 'INTERNAL') return error.message;
  const { log } = await container();
  log.error('a film could not be changed', { movieId: id, err: thrown });
  return 'Something failed on the server. The log says what.';
}
