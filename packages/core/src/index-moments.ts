import { type MovieId, taskId } from './ids.ts';
import type { MediaProcessingJob, Task } from './job.ts';
import { LETTERS_TRACK, type LineTrack, momentKind, SEEN_TRACK, type SpokenLine } from './moments.ts';
import { editOf, type Movie, playableJobId } from './movie.ts';
import type { Objects, Store } from './ports.ts';
import { filmSights, letterLines, SIGHTS_NAME, seenLines } from './sights.ts';
import { spokenLines } from './spoken-lines.ts';

/** How often it is looked again whether people changed tracks meanwhile. */
const MAX_ROUNDS = 4;

/**
 * Makes what is said and seen in a film findable, from the tracks that it has now; what it no longer has goes. Doing it again
 * does no harm, also after it broke off, and neither does doing it twice at once: whoever ends last leaves what there is.
 *
 * @param options.anew reads tracks again that stand already: a version's own may have been made again
 * @returns how many tracks the film has
 */
export async function indexMoments(
  ports: { store: Store; objects: Objects },
  movieId: MovieId,
  options: { anew: boolean },
): Promise<number> {
  const { store, objects } = ports;
  let wanted = await tracksOf(store, movieId);
  for (let round = 1; ; round++) {
    const standing = await store.moments.tracks(movieId);
    for (const trackId of standing) {
      if (!wanted.some((track) => track.trackId === trackId)) await store.moments.remove(movieId, trackId);
    }
    for (const { key, ...track } of wanted) {
      const isToBeRead = (options.anew && round === 1) || !standing.includes(track.trackId);
      if (isToBeRead) await store.moments.put(track, await linesOf(objects, track.trackId, key));
    }
    const now = await tracksOf(store, movieId);
    if (namesOf(now) === namesOf(wanted) || round === MAX_ROUNDS) return now.length;
    wanted = now;
  }
}

function namesOf(tracks: readonly LineTrack[]): string {
  return tracks.map(({ trackId }) => trackId).join(' ');
}

async function tracksOf(store: Store, movieId: MovieId): Promise<(LineTrack & { key: string })[]> {
  const movie = await store.movies.get(movieId);
  return movie ? tracksOfMovie(store, movie) : [];
}

async function tracksOfMovie(store: Store, movie: Movie): Promise<(LineTrack & { key: string })[]> {
  // By its object, which an edit replaces: the track is the same then, and its words are not.
  const uploaded = movie.subtitles.map(({ language, key }) => ({ movieId: movie.id, trackId: key, language, key }));
  const jobId = playableJobId(movie);
  const job = jobId === null ? null : await store.jobs.get(jobId);
  // What was uploaded is taken as it stands now, not as it stood when the version was made.
  const own = (job?.plan?.subtitles ?? []).filter(
    (track) => track.uploadKey === undefined && !editOf(movie.subtitles, track),
  );
  if (!job) return uploaded;
  const seen = await seenTracks(store, job);
  if (own.length === 0) return [...uploaded, ...seen];
  const rows = await store.tasks.getMany(own.map(({ name }) => taskId(job.id, 'generate_subtitles', name)));
  const published = new Set(
    (rows as Task<'video.generate_subtitles'>[])
      .filter(({ result }) => result != null && result.leftOut === null)
      .map(({ id }) => id),
  );
  return [
    ...uploaded,
    ...own
      .filter(({ name }) => published.has(taskId(job.id, 'generate_subtitles', name)))
      .map(({ name, language }) => ({
        movieId: movie.id,
        trackId: `${job.id}/${name}`,
        language,
        key: `${job.outputPrefix}subtitles/${name}/track.vtt`,
      })),
    ...seen,
  ];
}

/** What was seen in a version: none of a language, since its tags are not what people say. */
async function seenTracks(store: Store, job: MediaProcessingJob): Promise<(LineTrack & { key: string })[]> {
  const row = (await store.tasks.get(taskId(job.id, 'ai_analysis', 'sights'))) as Task<'video.ai_analysis'> | null;
  if (!row?.result?.sights) return [];
  return [LETTERS_TRACK, SEEN_TRACK].map((name) => ({
    movieId: job.movieId,
    trackId: `${job.id}/${name}`,
    language: 'und',
    key: `${job.outputPrefix}${SIGHTS_NAME}`,
  }));
}

async function linesOf(objects: Objects, trackId: string, key: string): Promise<SpokenLine[]> {
  const parts: Uint8Array[] = [];
  for await (const part of (await objects.get(key)).body) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  const kind = momentKind(trackId);
  if (kind === 'said') return spokenLines(text);
  const sights = filmSights.parse(JSON.parse(text));
  return kind === 'letters' ? letterLines(sights) : seenLines(sights);
}
