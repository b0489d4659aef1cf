import { MarqueeError } from '@marquee/core/errors';
import { type MovieId, newId, type UploadId } from '@marquee/core/ids';
import type { Movie } from '@marquee/core/movie';
import { generatedFolder, type PictureUse, picturePrompt } from '@marquee/core/picture-maker';
import sharp from 'sharp';
import { filmTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { changeMovie, posterKeys } from './film-edit.ts';
import { readBody } from './read-body.ts';
import { HttpError } from './require-admin.ts';

/** Largest picture that is taken, in bytes and in pixels before it is scaled down. */
const MAX_BYTES = 12 * 1000 ** 2;
const TOO_LARGE = `A picture may have ${MAX_BYTES / 1000 ** 2} MB at most.`;
const MAX_PIXELS = 60_000_000;
const FORMATS = ['jpeg', 'png', 'webp'];
/** Largest that is kept; the served widths are smaller. */
const KEPT_PX: Record<PictureUse, { width: number; height: number }> = {
  poster: { width: 1200, height: 1800 },
  backdrop: { width: 2560, height: 1440 },
};
const MIN_SIDE_PX = 100;

/**
 * Takes a picture that somebody sends. It is decoded and encoded anew, so that nothing is stored but the picture: no
 * place where it was taken, and nothing that only looks like one.
 *
 * @throws HttpError 413 or 415 with a sentence if it is too large, or no picture of a known kind
 */
export async function takePicture(movieId: MovieId, use: PictureUse, request: Request): Promise<void> {
  const { engines } = await container();
  if (!(await engines.store.movies.get(movieId))) throw new HttpError(404, 'There is no such film.');
  const webp = await encode(await readBody(request, MAX_BYTES, TOO_LARGE), use);
  const key = `media/${movieId}/pictures/${newId<UploadId>()}.webp`;
  await engines.objects.put(key, webp, { contentType: 'image/webp' });
  await setPicture(movieId, use, key);
  await audit('film.picture_chosen', await filmTarget(engines.store, movieId), `${use}: a file`);
}

/**
 * Has a still of the film, or what was made for it, stand for it.
 *
 * @param key null for no choice
 * @throws MarqueeError MESSAGE_INVALID if the film has no such still
 */
export async function choosePicture(movieId: MovieId, use: PictureUse, key: string | null): Promise<void> {
  const { engines } = await container();
  if (key !== null) {
    const movie = await engines.store.movies.get(movieId);
    const known = movie?.readyJobId ? await posterKeys(movie.readyJobId) : [];
    if (!known.includes(key) && movie?.generatedPictures[use]?.key !== key)
      throw new MarqueeError('MESSAGE_INVALID', 'The film has no such still any more.');
  }
  await setPicture(movieId, use, key);
}

async function setPicture(movieId: MovieId, use: PictureUse, key: string | null): Promise<void> {
  const field = use === 'poster' ? 'chosenPosterKey' : 'chosenBackdropKey';
  let former: string | null = null;
  await changeMovie(movieId, (movie: Movie) => {
    former = isOffered(movie, movie[field]) ? null : movie[field];
    return { [field]: key };
  });
  if (former !== null && former !== key && isOwn(former, movieId)) await removePicture(former);
}

/** What was made stays where it is offered again. */
function isOffered({ generatedPictures }: Movie, key: string | null): boolean {
  return Object.values(generatedPictures).some((picture) => picture.key === key);
}

/**
 * Has a service make a picture from what the film's page says, and offers it beside the stills. Nothing is chosen by
 * that. The one before it goes, unless it stands for the film: then it goes with it.
 *
 * @throws MarqueeError as a `PictureMaker` does; MESSAGE_INVALID if there is none, or no such film
 */
export async function generatePicture(movieId: MovieId, use: PictureUse): Promise<void> {
  const { engines, pictureMaker, closing } = await container();
  if (pictureMaker === null) throw new MarqueeError('MESSAGE_INVALID', 'No service is set up that makes pictures.');
  const movie = await engines.store.movies.get(movieId);
  if (!movie) throw new MarqueeError('MESSAGE_INVALID', 'There is no such film any more.');
  const made = await pictureMaker.make(picturePrompt(movie, use), { use, signal: closing });
  const webp = await encode(made, use).catch((thrown: unknown) => {
    throw new MarqueeError('OUTPUT_INVALID', `${pictureMaker.name} answered with something that is no picture.`, {
      cause: thrown,
    });
  });
  const key = `${generatedFolder(movieId)}${newId<UploadId>()}.webp`;
  await engines.objects.put(key, webp, { contentType: 'image/webp' });
  const picture = { key, by: pictureMaker.name, madeAtMs: Date.now() };
  let former: string | undefined;
  await changeMovie(movieId, (now: Movie) => {
    const before = now.generatedPictures[use]?.key;
    former = before === now.chosenPosterKey || before === now.chosenBackdropKey ? undefined : before;
    return { generatedPictures: { ...now.generatedPictures, [use]: picture } };
  });
  if (former !== undefined) await removePicture(former);
}

async function removePicture(key: string): Promise<void> {
  const { engines, log } = await container();
  await engines.objects
    .delete(key)
    .catch((error: unknown) => log.warn('a replaced picture was not removed', { key, err: error }));
}

/** Of no version: nothing else has it. */
function isOwn(key: string, movieId: MovieId): boolean {
  return key.startsWith(`media/${movieId}/pictures/`) || key.startsWith(generatedFolder(movieId));
}

async function encode(bytes: Buffer, use: PictureUse): Promise<Buffer> {
  const refused = (cause?: unknown) => {
    const error = new HttpError(415, 'This is not a JPEG, PNG or WebP picture that can be read.');
    error.cause = cause;
    return error;
  };
  const options = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const;
  try {
    const { format, width = 0, height = 0 } = await sharp(bytes, options).metadata();
    if (!FORMATS.includes(format ?? '')) throw refused();
    if (Math.min(width, height) < MIN_SIDE_PX)
      throw new HttpError(415, `The picture is too small: it has ${width} × ${height} pixels.`);
    return await sharp(bytes, options)
      .rotate()
      .resize({ ...KEPT_PX[use], fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 88 })
      .toBuffer();
  } catch (thrown) {
    throw thrown instanceof HttpError ? thrown : refused(thrown);
  }
}
