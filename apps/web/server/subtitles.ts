import { MarqueeError } from '@marquee/core/errors';
import { type MovieId, newId, type UploadId } from '@marquee/core/ids';
import { indexMoments } from '@marquee/core/index-moments';
import { isOver } from '@marquee/core/job';
import type { UploadedSubtitles } from '@marquee/core/movie';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { subtitleName } from '@marquee/core/subtitle-name';
import { cleanCues, writeVtt } from '@marquee/core/webvtt';
import { z } from 'zod';
import { filmTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { decodeText } from './decode-text.ts';
import { changeMovie } from './film-edit.ts';
import { readBody } from './read-body.ts';
import { HttpError } from './require-admin.ts';
import { uploadFolder } from './subtitle-facts.ts';

/** Two hours of speech are some 100 kB. */
const MAX_BYTES = 4 * 1000 ** 2;
const TOO_LARGE = `A subtitle file may have ${MAX_BYTES / 1000 ** 2} MB at most.`;
export const MAX_TRACKS = 60;
const MAX_TITLE_CHARACTERS = 80;

const isOn = z.literal('1').optional();
const asked = z.object({
  language: z.string().max(35).default(''),
  title: z
    .string()
    .trim()
    .max(MAX_TITLE_CHARACTERS, `A title may have ${MAX_TITLE_CHARACTERS} characters.`)
    .default(''),
  name: z.string().max(255).default(''),
  forced: isOn,
  hearingImpaired: isOn,
  /** The track whose place this one takes. */
  replace: z.string().max(64).optional(),
});

/**
 * Takes subtitles that somebody sends, whatever their kind and encoding, and keeps them as clean WebVTT. They are the
 * film's own, so that no version that is made later changes them.
 *
 * @throws MarqueeError INPUT_UNREADABLE naming the line that is wrong
 * @throws HttpError 400, 404 or 413 with a sentence
 */
export async function takeSubtitles(
  id: MovieId,
  request: Request,
): Promise<{ track: UploadedSubtitles; encoding: string }> {
  const { engines } = await container();
  const movie = await engines.store.movies.get(id);
  if (!movie) throw new HttpError(404, 'There is no such film.');
  const read = asked.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (!read.success) throw new HttpError(400, read.error.issues[0]?.message ?? 'The request was not understood.');
  const { replace, ...facts } = read.data;
  const language = tagOf(facts.language);
  const { text, encoding } = decodeText(await readBody(request, MAX_BYTES, TOO_LARGE), language);
  const filmMs = movie.durationSec === null ? null : Math.ceil(movie.durationSec * 1000);
  const cues = cleanCues(readSubtitles(text), { zeroMs: 0, filmMs });
  if (cues.length === 0)
    throw new HttpError(400, 'The file holds no words that fall into the film. Is it of another film?');
  const trackId = newId<UploadId>();
  const track: UploadedSubtitles = {
    id: trackId,
    language,
    title: facts.title,
    forced: facts.forced !== undefined,
    hearingImpaired: facts.hearingImpaired !== undefined,
    fileName: facts.name,
    cues: cues.length,
    key: `${uploadFolder(movie)}${trackId}.vtt`,
    addedAtMs: Date.now(),
  };
  await engines.objects.put(track.key, Buffer.from(writeVtt(cues)), { contentType: 'text/vtt' });
  let former: UploadedSubtitles | undefined;
  let taken = track;
  await changeMovie(id, ({ subtitles }) => {
    former = subtitles.find((each) => each.id === replace);
    if (!former && subtitles.length >= MAX_TRACKS)
      throw new MarqueeError('MESSAGE_INVALID', `A film may have ${MAX_TRACKS} subtitle files. Remove one first.`);
    // What stood in the place of the film's own track goes on doing so, whoever wrote it where.
    taken = former?.editedFrom?.kind === 'own' ? { ...track, editedFrom: former.editedFrom } : track;
    return { subtitles: former ? subtitles.map((each) => (each === former ? taken : each)) : [...subtitles, taken] };
  });
  if (former) await removeObjects(id, keysOf(former));
  await indexWords(id);
  await audit(
    'film.subtitles_changed',
    await filmTarget(engines.store, id),
    `${nameOf(taken)} from ${facts.name || 'a file'}`,
  );
  return { track: taken, encoding };
}

/** @throws HttpError 404 if the film has no such track any more */
export async function removeSubtitles(id: MovieId, trackId: string): Promise<void> {
  let former: UploadedSubtitles | undefined;
  await changeMovie(id, ({ subtitles }) => {
    former = subtitles.find((each) => each.id === trackId);
    if (!former) throw new HttpError(404, 'The film has no such subtitles any more.');
    return { subtitles: subtitles.filter((each) => each !== former) };
  });
  if (!former) return;
  await removeObjects(id, keysOf(former));
  await indexWords(id);
  const { engines } = await container();
  await audit('film.subtitles_changed', await filmTarget(engines.store, id), `${nameOf(former)} removed`);
}

/** The subtitles are shown, whether their words can be found or not. */
export async function indexWords(movieId: MovieId): Promise<void> {
  const { engines, log } = await container();
  await indexMoments(engines, movieId, { anew: false }).catch((error: unknown) =>
    log.warn('what is said was not indexed: run "marquee moments index"', { movieId, err: error }),
  );
}

/** Removes what no track has any more, but for what a version reads that is being made: it goes with the film. */
export async function removeObjects(id: MovieId, keys: readonly string[]): Promise<void> {
  const { engines, log } = await container();
  const [last] = (await engines.store.jobs.list({ movieId: id, limit: 1 })).items;
  if (last && !isOver(last.status)) return;
  for (const key of keys)
    await engines.objects
      .delete(key)
      .catch((error: unknown) => log.warn('replaced subtitles were not removed', { key, err: error }));
}

function keysOf({ key, editedFrom }: UploadedSubtitles): string[] {
  return editedFrom?.kind === 'upload' ? [key, editedFrom.key] : [key];
}

/** How the audit log calls a track. */
export function nameOf(track: UploadedSubtitles): string {
  return subtitleName(track, [track]);
}

function tagOf(typed: string): string {
  if (typed.trim() === '') return 'und';
  try {
    return Intl.getCanonicalLocales(typed.trim())[0] ?? 'und';
  } catch {
    throw new HttpError(400, `“${typed}” is no language. Write its code, such as en or pt-BR.`);
  }
}
