import { newId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import { describe, expect, it } from 'vitest';
import { proposalsOf, sourceWords, withProposals } from '../../view/description-words.ts';
import { readValues, valuesOf } from '../../view/film-values.ts';

const values = valuesOf(newMovie({ id: newId(), title: 'The rock', nowMs: 0 }));
const proposals = proposalsOf({ title: 'Rock', tagline: '', synopsis: 'A rock.', genres: ['Drama', 'War'] });

describe('what is proposed for a film', () => {
  it('is listed as the form has it, without what there is none of', () => {
    expect(proposals).toEqual([
      { field: 'title', text: 'Rock' },
      { field: 'synopsis', text: 'A rock.' },
      { field: 'genres', text: 'Drama, War' },
    ]);
  });

  it('fills what nobody wrote, a title after the file among it, and leaves the rest', () => {
    const { values: filled, words } = withProposals({ ...values, genres: 'Poetry' }, proposals, 'The rock');
    expect(filled).toMatchObject({ title: 'Rock', synopsis: 'A rock.', genres: 'Poetry' });
    expect(words).toBe('Filled in: title, synopsis. Save to keep it. Left as somebody wrote it: genres.');
    const own = withProposals({ ...values, title: 'My title' }, proposals, 'The rock');
    expect(own.values.title).toBe('My title');
    expect(withProposals(filled, [proposals[0] as never], 'The rock').words).toBe('All of it stands there already.');
    // What was filled in can be saved as it is.
    expect(readValues(filled, Date.now())).toHaveProperty('edit');
  });

  it('says where it comes from', () => {
    expect(sourceWords({ from: 'model', by: 'small:3b at localhost:11434' })).toMatch(
      /^Written by small:3b at localhost:11434 /,
    );
    expect(sourceWords({ from: 'own-words', by: null })).toMatch(/^Made from the film’s own words/);
    expect(sourceWords({ from: 'nobody', by: null })).toBe('');
  });
});
