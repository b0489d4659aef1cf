import type { Description, Suggestions } from '@marquee/core/description';
import { FIELD_NAMES, type FilmValues } from './film-values.ts';

/** What is proposed for one field of the edit form, as it would stand there. */
export interface Proposal {
  field: 'title' | 'tagline' | 'synopsis' | 'genres';
  text: string;
}

/** What there is to propose, in the form's order. */
export function proposalsOf(suggestions: Suggestions): Proposal[] {
  const all: Proposal[] = [
    { field: 'title', text: suggestions.title },
    { field: 'tagline', text: suggestions.tagline },
    { field: 'synopsis', text: suggestions.synopsis },
    { field: 'genres', text: suggestions.genres.join(', ') },
  ];
  return all.filter(({ text }) => text !== '');
}

/**
 * Fills what nobody has written yet.
 *
 * @param fileTitle what the film is called after its file: a title that nobody chose
 * @returns the form, and what was done to it in words
 */
export function withProposals(
  values: FilmValues,
  proposals: readonly Proposal[],
  fileTitle: string,
): { values: FilmValues; words: string } {
  const filled = { ...values };
  const [put, left]: Proposal['field'][][] = [[], []];
  for (const { field, text } of proposals) {
    if (values[field].trim() === text) continue;
    const isFree = values[field].trim() === '' || (field === 'title' && values.title.trim() === fileTitle);
    if (isFree) filled[field] = text;
    (isFree ? put : left)?.push(field);
  }
  const words = [
    put?.length ? `Filled in: ${listOf(put)}. Save to keep it.` : '',
    left?.length ? `Left as somebody wrote it: ${listOf(left)}.` : '',
  ];
  return { values: filled, words: words.filter(Boolean).join(' ') || 'All of it stands there already.' };
}

function listOf(fields: Proposal['field'][]): string {
  return fields.map((field) => FIELD_NAMES[field].toLowerCase()).join(', ');
}

/** Where suggestions come from; empty where there are none. */
export function sourceWords({ from, by }: Pick<Description, 'from' | 'by'>): string {
  if (from === 'model') return `Written by ${by} from what is said in the film. Read it before you keep it.`;
  return from === 'own-words'
    ? 'Made from the film’s own words, by counting them: sentences as they are said in it.'
    : '';
}
