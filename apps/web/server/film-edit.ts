import { createHash } from 'node:crypto';
import { MarqueeError } from '@marquee/core/errors';
import { type JobId, type MovieId, taskId } from '@marquee/core/ids';
import type { Task } from '@marquee/core/job';
import type { Movie } from '@marquee/core/movie';
import { generatedFolder, type PictureUse } from '@marquee/core/picture-maker';
import { updateMovie } from '@marquee/core/webhook-events';
import { type FilmEdit, type FilmValues, valuesOf } from '../view/film-values.ts';
import type { JobView } from '../view/job-view.ts';
import { type AnalysisDesk, analysisDesk } from './analysis-facts.ts';
import { container } from './container.ts';
import { currentReader } from './current-user.ts';
import { type DescriptionDesk, descriptionDesk } from './description-desk.ts';
import { viewOf } from './films.ts';
import { type SightsDesk, sightsDesk } from './sights-desk.ts';
import { type SkipsDesk, skipsDesk } from './skips-desk.ts';
import { type SubtitleDesk, subtitleDesk } from './subtitle-facts.ts';
import { areWorkersSeen, type Title, titleOf } from './titles.ts';

/** Versions that the edit page lists. */
const VERSIONS = 20;
/** The page's pictures are fetched as it opens; a page that is opened anew signs anew. */
const CANDIDATES_EXPIRE_SEC = 900;
const UPDATE_TRIES = 20;

/** What the edit page of a film shows. */
export interface FilmDesk {
  title: Title;
  values: FilmValues;
  basis: string;
  versions: (JobView & { isPlaying: boolean })[];
  /** Stills of the version that plays. `key` is what is chosen, `url` where it is seen. */
  candidates: { key: string; url: string }[];
  /** What a service made for the film, by what it is for. */
  generated: Partial<Record<PictureUse, { key: string; url: string; by: string }>>;
  /** Who makes pictures; null where nobody does. */
  pictureMaker: string | null;
  chosen: { poster: string | null; backdrop: string | null };
  hasCatalogue: boolean;
  subtitles: SubtitleDesk;
  description: DescriptionDesk;
  analysis: AnalysisDesk;
  skips: SkipsDesk;
  sights: SightsDesk;
}

/** Says which state of what people change a form began with; what workers write meanwhile does not matter to it. */
export function basisOf({ title, details, visibility, publishAtMs, tmdb }: FilmEdit): string {
  return createHash('sha256')
    .update(JSON.stringify(valuesOf({ title, details, visibility, publishAtMs, tmdb })))
    .digest('base64url')
    .slice(0, 22);
}

/** @returns all that the edit page shows, or null if there is no such film */
export async function filmDesk(id: MovieId): Promise<FilmDesk | null> {
  const { engines, signFolder, catalogue, pictureMaker } = await container();
  const movie = await engines.store.movies.get(id);
  if (!movie) return null;
  const [{ items }, workersSeen] = await Promise.all([
    engines.store.jobs.list({ movieId: id, limit: VERSIONS }),
    areWorkersSeen(),
  ]);
  const ready = items.find((job) => job.id === movie.readyJobId);
  const posters = ready ? `${ready.outputPrefix}posters/` : '';
  const folder = ready ? await signFolder(posters, CANDIDATES_EXPIRE_SEC, await currentReader()) : '';
  const keys = ready ? await posterKeys(ready.id) : [];
  return {
    title: await titleOf(movie),
    values: valuesOf(movie),
    basis: basisOf(movie),
    versions: await Promise.all(
      items.map(async (job) => ({
        ...(await viewOf(job, movie.title, workersSeen)),
        isPlaying: job.id === movie.readyJobId,
      })),
    ),
    candidates: keys.map((key) => ({ key, url: `${folder}${key.slice(posters.length)}` })),
    generated: await generatedOf(movie),
    pictureMaker: pictureMaker?.name ?? null,
    chosen: { poster: movie.chosenPosterKey, backdrop: movie.chosenBackdropKey },
    hasCatalogue: catalogue !== null,
    subtitles: await subtitleDesk(movie, ready ?? null),
    description: await descriptionDesk(ready ?? null),
    analysis: await analysisDesk(movie, ready ?? null),
    skips: await skipsDesk(movie, ready ?? null),
    sights: await sightsDesk(ready ?? null),
  };
}

async function generatedOf({ id, generatedPictures }: Movie): Promise<FilmDesk['generated']> {
  const pictures = Object.entries(generatedPictures);
  if (pictures.length === 0) return {};
  const { signFolder } = await container();
  const below = generatedFolder(id);
  const folder = await signFolder(below, CANDIDATES_EXPIRE_SEC, await currentReader());
  return Object.fromEntries(
    pictures.map(([use, { key, by }]) => [use, { key, by, url: `${folder}${key.slice(below.length)}` }]),
  );
}

/** @returns keys of the stills that a version's worker found fit to stand for the film, the best first */
export async function posterKeys(jobId: JobId): Promise<string[]> {
  const { engines } = await container();
  const task = await engines.store.tasks.get(taskId(jobId, 'generate_thumbnails', 'posters'));
  const result = (task as Task<'video.generate_thumbnails'> | null)?.result;
  return result?.kind === 'posters' ? result.posters.map(({ key }) => key) : [];
}

/**
 * Changes a film, reading it again when somebody else wrote first.
 *
 * @param decide gives the patch for the film as it stands; what it throws ends the attempt
 * @throws MarqueeError MESSAGE_INVALID if there is no such film
 */
export async function changeMovie(id: MovieId, decide: (movie: Movie) => Partial<Movie>): Promise<Movie> {
  const { engines } = await container();
  for (let i = 0; i < UPDATE_TRIES; i++) {
    const movie = await engines.store.movies.get(id);
    if (!movie) throw new MarqueeError('MESSAGE_INVALID', 'There is no such film any more.');
    const patch = { ...decide(movie), updatedAtMs: Date.now() };
    if (await updateMovie(engines.store, movie, patch, patch.updatedAtMs))
      return { ...movie, ...patch, version: movie.version + 1 };
  }
  throw new MarqueeError('STORE_DOWN', 'The film is being changed by others all the time. Try again.');
}
