import { type Description, type FilmWords, NO_SUGGESTIONS } from '@marquee/core/description';
import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import type { AnalysisResult } from '@marquee/core/job';
import { describeByOwnWords } from '@marquee/core/own-words';
import { chooseTrack, readWords } from '../runtime/film-words.ts';
import type { TaskContext } from '../runtime/handler.ts';

type Context = TaskContext<'video.ai_analysis'>;

/** Runs that may fail at the language model before the film is described without it. */
const TRIES = 4;

/**
 * Proposes what a film's page may say, from what is said in the film: by the language model of the house, or, without one
 * or where it gives nothing, by the film's own words. Whatever keeps it from being made, the film goes on.
 */
export async function describeFilm(context: Context): Promise<AnalysisResult> {
  const description = await describe(context);
  return { leftOut: description.from === 'nobody' ? description.skipped : null, description };
}

async function describe(context: Context): Promise<Description> {
  const { objects, signal, languageModel } = context;
  const movie = await context.movie();
  const track = chooseTrack(movie, await context.siblings());
  if (track === null) return none('There are no subtitles to make suggestions from.');
  signal.throwIfAborted();
  const film: FilmWords = {
    cues: await readWords(objects, track),
    language: track.language,
    title: movie?.title ?? '',
    durationSec: movie?.durationSec ?? null,
  };
  const own = describeByOwnWords(film);
  // A model would make something up of nothing.
  if (own.isTooLittle) return none(own.skipped);
  if (languageModel === null) return ownWords(own, null);
  try {
    const { suggestions, by, partsRead, parts } = await languageModel.describe(film, {
      signal,
      onProgress: context.progress,
    });
    const skipped = partsRead < parts ? `Of the ${parts} parts of this long film, ${partsRead} were read.` : null;
    return { suggestions, from: 'model', by, skipped };
  } catch (thrown) {
    const sentence = modelFault(thrown, context);
    if (sentence === null) throw thrown;
    return ownWords(own, sentence);
  }
}

/** @returns what is to be said, or null if the run is to be tried again as any other */
function modelFault(thrown: unknown, { task, signal }: Context): string | null {
  if (signal.aborted) return null;
  const { code, message } = toMarqueeError(thrown);
  const outcome = outcomeOf(code);
  if (outcome === 'stopped' || outcome === 'cancelled') return null;
  return outcome === 'permanent' || task.attempts + 1 >= TRIES ? message : null;
}

function ownWords(own: ReturnType<typeof describeByOwnWords>, fault: string | null): Description {
  const skipped = [fault, own.skipped].filter((sentence) => sentence !== null).join(' ');
  return { suggestions: own.suggestions, from: 'own-words', by: null, skipped: skipped || null };
}

function none(skipped: string | null): Description {
  return { suggestions: NO_SUGGESTIONS, from: 'nobody', by: null, skipped };
}
