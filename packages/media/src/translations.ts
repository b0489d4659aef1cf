import { editOf, isOfTranslation, type UploadedSubtitles } from '@marquee/core/movie';
import type { SubtitleRendition } from '@marquee/core/plan';

/**
 * One track for each language that the house wants and the film does not have, to be translated from one that it has.
 * Forced tracks are no source and no translation: they hold a few passages. What people made of a translation is in its
 * place, and the translation is made all the same: then one can go back to it.
 *
 * @param tracks    all that the film is planned to have
 * @param languages BCP 47, as they are wanted
 * @param uploaded  what people gave the film, and made of its tracks
 */
export function planTranslations(
  tracks: readonly SubtitleRendition[],
  languages: readonly string[],
  uploaded: readonly UploadedSubtitles[] = [],
): SubtitleRendition[] {
  const ofTranslations = new Set<string | undefined>(uploaded.filter(isOfTranslation).map(({ key }) => key));
  const whole = tracks.filter((track) => !track.forced && !ofTranslations.has(track.uploadKey));
  if (whole.length === 0) return [];
  return languages
    .filter((language) => !whole.some((track) => primary(track.language) === primary(language)))
    .map(
      (language): SubtitleRendition => ({
        name: `${language}-t0`,
        streamIndex: 0,
        codec: 'webvtt',
        language,
        title: '',
        default: false,
        forced: false,
        hearingImpaired: false,
        translated: true,
      }),
    )
    .map((track) => (editOf(uploaded, track) ? { ...track, keptBack: true } : track));
}

function primary(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}
