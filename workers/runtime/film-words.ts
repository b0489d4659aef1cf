import type { Cue } from '@marquee/core/cues';
import type { Task } from '@marquee/core/job';
import { isOfTranslation, type Movie } from '@marquee/core/movie';
import type { Objects } from '@marquee/core/ports';
import { readSubtitles } from '@marquee/core/subtitle-files';
import { TRACK_NAME } from '@marquee/media/hls';

/** A track of a film's words that stands in storage. */
export interface WordTrack {
  key: string;
  /** BCP 47; null where nobody said. */
  language: string | null;
}

/**
 * Chooses the track that tells best what is said in a film: in its own language, then what people wrote before what a
 * machine heard, and of those what they gave the film themselves.
 *
 * @param tasks all of the job
 * @returns null for a film without words
 */
export function chooseTrack(movie: Movie | null, tasks: readonly Task[]): WordTrack | null {
  const spoken = movie?.details.language ?? spokenLanguage(tasks);
  const given = (movie?.subtitles ?? [])
    .filter((track) => !isOfTranslation(track))
    .map((track) => ({ ...track, isHeard: false }));
  const own = tasks.flatMap((task) => {
    if (!isSubtitles(task) || task.result?.leftOut !== null) return [];
    const { rendition, outputPrefix } = task.payload;
    // What was uploaded is read as it stands now, not as it stood when the version was made; a translation is no source.
    if (rendition.uploadKey !== undefined || rendition.translated !== undefined || rendition.dubbed) return [];
    const key = `${outputPrefix}subtitles/${rendition.name}/${TRACK_NAME}`;
    return [{ ...rendition, key, isHeard: rendition.automatic !== undefined }];
  });
  const rank = (track: (typeof given | typeof own)[number]) =>
    (primary(track.language) === primary(spoken) ? 0 : 2) + Number(track.isHeard);
  const [best] = [...given, ...own].filter(({ forced }) => !forced).sort((a, b) => rank(a) - rank(b));
  if (!best) return null;
  return { key: best.key, language: best.language === 'und' ? null : best.language };
}

/**
 * Chooses the track that tells best what is said in a film in a language: what people gave it, then what it brought along,
 * then what a machine made.
 *
 * @param tasks all of the job
 * @returns null where there is none
 */
export function chooseTrackIn(language: string, movie: Movie | null, tasks: readonly Task[]): WordTrack | null {
  const isWanted = (track: { language: string; forced: boolean }) =>
    !track.forced && primary(track.language) === primary(language);
  const given = (movie?.subtitles ?? []).find(isWanted);
  if (given) return { key: given.key, language };
  const [best] = tasks
    .filter(isSubtitles)
    .filter(({ result, payload }) => result?.leftOut === null && payload.rendition.uploadKey === undefined)
    .filter(({ payload: { rendition } }) => isWanted(rendition) && rendition.dubbed === undefined)
    .sort((a, b) => Number(isMade(a)) - Number(isMade(b)));
  if (!best) return null;
  const { outputPrefix, rendition } = best.payload;
  return { key: `${outputPrefix}subtitles/${rendition.name}/${TRACK_NAME}`, language };
}

function isMade({ payload: { rendition } }: Task<'video.generate_subtitles'>): boolean {
  return rendition.translated !== undefined || rendition.automatic !== undefined;
}

/** @throws MarqueeError OBJECT_MISSING if the track was removed meanwhile */
export async function readWords(objects: Objects, { key }: WordTrack): Promise<Cue[]> {
  const parts: Uint8Array[] = [];
  for await (const part of (await objects.get(key)).body) parts.push(part);
  return readSubtitles(Buffer.concat(parts).toString('utf8'), 'vtt');
}

function spokenLanguage(tasks: readonly Task[]): string | null {
  const head = tasks.find(
    (task): task is Task<'video.inspect'> => task.type === 'video.inspect' && task.piece === 'head',
  );
  const audio = head?.result?.scope === 'head' ? head.result.inspection.audio : [];
  return (audio.find((track) => track.default) ?? audio[0])?.language ?? null;
}

function isSubtitles(task: Task): task is Task<'video.generate_subtitles'> {
  return task.type === 'video.generate_subtitles';
}

function primary(language: string | null): string {
  return (language ?? 'und').toLowerCase().split('-')[0] ?? 'und';
}
