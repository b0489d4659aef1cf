import type { Cue } from '@marquee/core/cues';
import { translatableLine, translatedCues } from '@marquee/core/translation';
import { chooseTrack, readWords } from '../runtime/film-words.ts';
import type { TaskContext } from '../runtime/handler.ts';

type Context = TaskContext<'video.generate_subtitles'>;

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
