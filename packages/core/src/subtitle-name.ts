/** What a list of subtitle tracks says of each. */
interface NamedTrack {
  /** BCP 47 language, `und` where nobody knows. */
  language: string;
  title: string;
  forced: boolean;
  hearingImpaired: boolean;
  /** Set where a machine heard the words. */
  automatic?: string | undefined;
  /** Set where a machine read the words off pictures. */
  ocr?: string | undefined;
  /** Set where a machine translated them. */
  translated?: boolean | undefined;
}

/** Made when it is first needed: it takes longer than all else here. */
let languageNames: Intl.DisplayNames | null = null;

/**
 * How people tell a track from the others of its film: its language and what it is for; its title where languages
 * alone would not do.
 *
 * @param all tracks of the film, the track among them
 */
export function subtitleName<T extends NamedTrack>(track: T, all: readonly T[]): string {
  const mine = baseName(track);
  const same = all.filter((other) => baseName(other) === mine);
  if (same.length <= 1) return mine;
  const titled = `${mine}: ${track.title}`;
  const isTitleOwn = track.title !== '' && same.filter((other) => other.title === track.title).length === 1;
  return isTitleOwn ? titled : `${mine} ${same.indexOf(track) + 1}`;
}

function baseName(track: NamedTrack): string {
  const marks = [...(track.forced ? ['forced'] : []), ...(track.hearingImpaired ? ['SDH'] : [])];
  if (track.automatic !== undefined) marks.push('automatic');
  if (track.ocr !== undefined) marks.push('machine-read');
  if (track.translated) marks.push('machine-translated');
  const language = track.language === 'und' ? track.title || 'Subtitles' : languageName(track.language);
  return marks.length > 0 ? `${language} (${marks.join(', ')})` : language;
}

function languageName(tag: string): string {
  languageNames ??= new Intl.DisplayNames(['en'], { type: 'language' });
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    // Stored before tags were checked.
    return tag;
  }
}
