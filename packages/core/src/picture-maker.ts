import { atMost } from './description.ts';
import type { MovieId } from './ids.ts';

/** What a picture stands for: upright on shelves, or wide behind the title. */
export type PictureUse = 'poster' | 'backdrop';

/** A picture that a service made when somebody asked for it: offered, and chosen by nobody but a person. */
export interface GeneratedPicture {
  key: string;
  /** The model and its host. */
  by: string;
  madeAtMs: number;
}

/** A service outside that makes pictures. */
export interface PictureMaker {
  /** The model and its host, for people. */
  readonly name: string;
  /**
   * @returns a picture in some common format
   * @throws MarqueeError RATE_LIMITED or PROVIDER_DOWN for what may go well later; CONFIG_INVALID, INPUT_UNSUPPORTED or
   *         OUTPUT_INVALID for what another try does not mend
   */
  make(prompt: string, options: { use: PictureUse; signal: AbortSignal }): Promise<Buffer>;
}

/** Where pictures are kept that a service made for a film; ends in a slash. */
export function generatedFolder(id: MovieId): string {
  return `media/${id}/generated/`;
}

/** What is told of a film. */
interface PictureFacts {
  title: string;
  details: { year: number | null; genres: string[]; tagline: string; synopsis: string };
}

const LONGEST_TITLE = 200;
const LONGEST_TAGLINE = 300;
const LONGEST_SYNOPSIS = 1500;

const SHAPES: Record<PictureUse, string> = {
  poster: 'Paint the picture of a film poster, upright, with one strong subject.',
  backdrop: 'Paint a wide still, as from a film, with its subject to one side and calm space on the other.',
};

/**
 * What a service is told of a film: what its page says to everybody, and nothing of the people in it. A film whose page
 * says nothing yet has its title alone.
 */
export function picturePrompt({ title, details }: PictureFacts, use: PictureUse): string {
  const { year, genres, tagline, synopsis } = details;
  const facts = [
    `Title: ${oneLine(title, LONGEST_TITLE)}`,
    ...(year === null ? [] : [`Year: ${year}`]),
    ...(genres.length === 0 ? [] : [`Genres: ${oneLine(genres.join(', '), LONGEST_TAGLINE)}`]),
    ...(tagline === '' ? [] : [`In a sentence: ${oneLine(tagline, LONGEST_TAGLINE)}`]),
    ...(synopsis === '' ? [] : [`What happens: ${oneLine(synopsis, LONGEST_SYNOPSIS)}`]),
  ];
  return `${SHAPES[use]} No letters, words, logos, frames or borders anywhere in it. The film:\n${facts.join('\n')}`;
}

function oneLine(text: string, longest: number): string {
  return atMost(text.replace(/\s+/g, ' ').trim(), longest);
}
