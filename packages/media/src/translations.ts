import type { SubtitleRendition } from '@marquee/core/plan';

/**
 * One track for each language that the house wants and the film does not have, to be translated from one that it has.
 * Forced tracks are no source and no translation: they hold a few passages.
 *
 * @param tracks    all that the film is planned to have
 * @param languages BCP 47, as they are wanted
 */
export function planTranslations(
  tracks: readonly SubtitleRendition[],
  languages: readonly string[],
): SubtitleRendition[] {
  const whole = tracks.filter((track) => !track.forced);
  if (whole.length === 0) return [];
  return languages
    .filter((language) => !whole.some((track) => primary(track.language) === primary(language)))
    .map((language) => ({
      name: `${language}-t0`,
      streamIndex: 0,
      codec: 'webvtt',
      language,
      title: '',
      default: false,
      forced: false,
      hearingImpaired: false,
      translated: true,
    }));
}

function primary(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}
