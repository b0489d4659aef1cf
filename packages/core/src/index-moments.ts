import { type MovieId, taskId } from './ids.ts';
import type { Task } from './job.ts';
import type { LineTrack, SpokenLine } from './moments.ts';
import { type Movie, playableJobId } from './movie.ts';
import type { Objects, Store } from './ports.ts';
import { spokenLines } from './spoken-lines.ts';

/**
 * Makes what is said in a film findable, from the tracks that it has now; what it no longer has goes. Doing it again
 * does no harm, also after it broke off.
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
  const movie = await store.movies.get(movieId);
  const wanted = movie ? await tracksOf(store, movie) : [];
  const standing = await store.moments.tracks(movieId);
  for (const trackId of standing) {
    if (!wanted.some((track) => track.trackId === trackId)) await store.moments.remove(movieId, trackId);
  }
  for (const { key, ...track } of wanted) {
    if (options.anew || !standing.includes(track.trackId)) await store.moments.put(track, await linesOf(objects, key));
  }
  return wanted.length;
}

async function tracksOf(store: Store, movie: Movie): Promise<(LineTrack & { key: string })[]> {
  const uploaded = movie.subtitles.map(({ id, language, key }) => ({ movieId: movie.id, trackId: id, language, key }));
  const jobId = playableJobId(movie);
  const job = jobId === null ? null : await store.jobs.get(jobId);
  // What was uploaded is taken as it stands now, not as it stood when the version was made.
  const own = (job?.plan?.subtitles ?? []).filter(({ uploadKey }) => uploadKey === undefined);
  if (!job || own.length === 0) return uploaded;
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
  ];
}

async function linesOf(objects: Objects, key: string): Promise<SpokenLine[]> {
  const parts: Uint8Array[] = [];
  for await (const part of (await objects.get(key)).body) parts.push(part);
  return spokenLines(Buffer.concat(parts).toString('utf8'));
}
