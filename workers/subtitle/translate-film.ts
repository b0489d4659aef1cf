import type { Cue } from '@marquee/core/cues';
import { outcomeOf, toMarqueeError } from '@marquee/core/errors';
import { translatableLine, translatedCues } from '@marquee/core/translation';
import { chooseTrack, readWords } from '../runtime/film-words.ts';
import type { TaskContext } from '../runtime/handler.ts';

type Context = TaskContext<'video.generate_subtitles'>;

/** Runs that may fail at the language model before the film goes on without the track. */
const TRIES = 4;

/**
 * Translates the film's words into the language of the track, at the times that they have. It is planned beside the
 * tracks that it may be made from, and opened when those have ended.
 *
 * @returns cues, or a sentence that says why there are none
 */
export async function translateFilm(context: Context): Promise<Cue[] | string> {
  const { task, objects, languageModel, signal, progress } = context;
  if (languageModel === null)
    return 'This worker has no language model: it needs the LLM variables of the orchestrator.';
  const source = chooseTrack(await context.movie(), await context.siblings());
  if (source === null) return 'There is no other track to translate.';
  const cues = await readWords(objects, source);
  const to = task.payload.rendition.language;
  const lines = await languageModel.translate(cues.map(translatableLine), {
    from: source.language,
    to,
    signal,
    onProgress: progress,
  });
  return translatedCues(cues, lines);
}

/** @returns what is to be said, or null if the run is to be tried again as any other */
export function translationFault(thrown: unknown, { task, signal }: Context): string | null {
  if (signal.aborted) return null;
  const { code, message } = toMarqueeError(thrown);
  const outcome = outcomeOf(code);
  if (outcome === 'stopped' || outcome === 'cancelled') return null;
  const isModels = code === 'LLM_DOWN' || code === 'RATE_LIMITED' || outcome === 'unknown';
  return outcome === 'permanent' || (isModels && task.attempts + 1 >= TRIES) ? message : null;
}
