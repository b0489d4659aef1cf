import type { Kinship } from '@marquee/core/kin';
import { expect, it } from 'vitest';
import { kinReason } from '../../view/kin-words.ts';

const reason = (shared: Partial<Kinship>) =>
  kinReason({ people: [], genres: [], isOfOneTime: false, words: [], ...shared });
const player = (name: string) => ({ name, madeBoth: false });

it('says in a few words what two films have in common', () => {
  expect(reason({ people: [player('Ada Miro')], genres: ['Thriller'] })).toBe('Also a thriller with Ada Miro');
  expect(reason({ people: [player('Ada Miro'), player('Otto Pern'), player('Third')] })).toBe(
    'Also with Ada Miro and Otto Pern',
  );
  expect(reason({ people: [{ name: 'Ilse Grau', madeBoth: true }, player('Ada Miro')], genres: ['Action'] })).toBe(
    'Also an action film by Ilse Grau',
  );
  expect(reason({ genres: ['War'], isOfOneTime: true })).toBe('Also a war film of those years');
  expect(reason({ genres: ['Drama'] })).toBe('Also a drama');
  expect(reason({ genres: ['Drama', 'Crime'], isOfOneTime: true })).toBe('Also drama and crime');
  expect(reason({ genres: ['Drama'], words: ['lighthouse', 'harbour'] })).toBe(
    'Also a drama that tells of “lighthouse” and “harbour”',
  );
});
