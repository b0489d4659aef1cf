import { setImmediate as breathe } from 'node:timers/promises';
import { type FilmAnalysis, filmAnalysis } from '@marquee/core/analysis';
import { findTitles } from '@marquee/core/card-runs';
import { isMarqueeError } from '@marquee/core/errors';
import { ENDS_NAME, ENDS_VERSION, type FilmEnds, filmEnds, planSkips } from '@marquee/core/film-ends';
import { type AnalysisResult, outputPrefixOf } from '@marquee/core/job';
import type { Movie } from '@marquee/core/movie';
import { planDurationSec } from '@marquee/core/plan';
import { type FoundSkip, namedSkips } from '@marquee/core/skips';
import { chooseTrack, readWords } from '../runtime/film-words.ts';
import type { TaskContext } from '../runtime/handler.ts';
import { namedChapters } from '../runtime/publish-chapters.ts';
import { lookAtEnds, printEnds } from './measure-ends.ts';
import { publishedStream } from './published-film.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** Episodes that a film is compared with: the nearest, which are most like it. */
const MOST_EPISODES = 4;
/** Rounds in which other episodes may come in between. */
const MOST_ROUNDS = 3;

/** A film and what is known of its ends. */
interface Known {
  movie: Movie;
  jobId: string;
  ends: FilmEnds;
}

/**
 * Finds the opening titles and the end credits of a film: by the names of its chapters, by letters on a plain ground, and
 * by sound that it shares with other episodes, of which it tells as well.
 */
export async function findSkips(context: Context): Promise<AnalysisResult> {
  const { task } = context;
  const ends = await measureEnds(context);
  // First what others need: of two that run at the same time one sees the other.
  await context.objects.put(`${task.payload.outputPrefix}${ENDS_NAME}`, Buffer.from(JSON.stringify(ends)), {
    contentType: 'application/json',
    signal: context.signal,
  });
  let skips: FoundSkip[] = [];
  let seen: string | null = null;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const others = await readEpisodes(context);
    const names = others.map(({ jobId }) => jobId).join(' ');
    if (names === seen) break;
    seen = names;
    skips = await tell(context, ends, others);
  }
  return { leftOut: null, skips };
}

/** Stores what can be skipped in this film, and in those that it now shares something with. */
async function tell(context: Context, ends: FilmEnds, others: readonly Known[]): Promise<FoundSkip[]> {
  const { jobId, payload } = context.task;
  const skips = planSkips(
    ends,
    others.map((each) => each.ends),
  );
  await context.keepSkips(payload.movieId, { jobId, skips });
  for (const other of others) {
    await breathe();
    context.signal.throwIfAborted();
    const rest = others.filter((each) => each !== other).map((each) => each.ends);
    const theirs = planSkips(other.ends, [ends, ...rest]);
    // They may know more, of nearer episodes than these: only what is found here as well is written anew.
    const known = (other.movie.foundSkips?.jobId === other.jobId ? other.movie.foundSkips.skips : []).filter(
      ({ kind }) => !theirs.some((each) => each.kind === kind),
    );
    const both = [...theirs, ...known].sort((a, b) => a.startSec - b.startSec);
    await context.keepSkips(other.movie.id, { jobId: other.jobId, skips: both });
  }
  return skips;
}

async function measureEnds(context: Context): Promise<FilmEnds> {
  const { plan, outputPrefix } = context.task.payload;
  const durationSec = planDurationSec(plan) ?? 0;
  const stream = await publishedStream(context);
  const tasks = await context.siblings();
  const movie = await context.movie();
  const track = chooseTrack(movie, tasks);
  const lines =
    track &&
    (await readWords(context.objects, track)).map(({ startMs, endMs }) => ({
      startSec: startMs / 1000,
      endSec: endMs / 1000,
    }));
  const samples = await lookAtEnds(context, stream, durationSec);
  const seen = [
    findTitles('intro', samples.opening, { durationSec, lines }),
    findTitles('credits', samples.ending, { durationSec, lines }),
  ].filter((each) => each !== null);
  return filmEnds.parse({
    version: ENDS_VERSION,
    durationSec,
    ...(await printEnds(context, stream, durationSec)),
    found: [...namedSkips(namedChapters(tasks, movie, durationSec)), ...seen],
    marks: marksOf(await readAnalysis(context, `${outputPrefix}analysis.json`)),
  });
}

/** Where something else begins, as the analysis of shots has it; nothing where there is none. */
function marksOf(analysis: FilmAnalysis | null): number[] {
  if (!analysis) return [];
  const { shots, black, silences } = analysis;
  const edges = [...black, ...silences].flatMap(({ startSec, endSec }) => [startSec, endSec]);
  return [...new Set([...shots.map(({ startSec }) => startSec), ...edges])].sort((a, b) => a - b);
}

async function readAnalysis(context: Context, key: string): Promise<FilmAnalysis | null> {
  const text = await readText(context, key);
  return text === null ? null : filmAnalysis.parse(JSON.parse(text));
}

/** The nearest other episodes whose ends are known. */
async function readEpisodes(context: Context): Promise<Known[]> {
  const known: Known[] = [];
  for (const movie of await context.episodes()) {
    if (known.length === MOST_EPISODES) break;
    if (movie.readyJobId === null) continue;
    const text = await readText(context, `${outputPrefixOf(movie.id, movie.readyJobId)}${ENDS_NAME}`);
    const read = text === null ? null : filmEnds.safeParse(JSON.parse(text));
    if (read?.success) known.push({ movie, jobId: movie.readyJobId, ends: read.data });
  }
  return known;
}

/** @returns null where there is no such object */
async function readText({ objects, signal }: Context, key: string): Promise<string | null> {
  signal.throwIfAborted();
  const parts: Uint8Array[] = [];
  try {
    for await (const part of (await objects.get(key)).body) parts.push(part);
  } catch (thrown) {
    if (isMarqueeError(thrown) && thrown.code === 'OBJECT_MISSING') return null;
    throw thrown;
  }
  return Buffer.concat(parts).toString('utf8');
}
