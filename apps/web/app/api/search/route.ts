import { errorResponse } from '../../../server/api.ts';
import { peerNetwork } from '../../../server/current-user.ts';
import { HttpError } from '../../../server/require-admin.ts';
import { LONGEST_QUESTION, search } from '../../../server/search.ts';
import { countSearchMs } from '../../../server/search-limit.ts';
import { cardFacts, personPath, pictureOf, titlePath } from '../../../view/catalogue-words.ts';
import type { Suggestions } from '../../../view/suggestions.ts';

const OWN_SHOWN = 5;
const TITLES_SHOWN = 6;
const PEOPLE_SHOWN = 3;

/** What the letters typed so far may mean: films of the house, then titles and people of the catalogue. */
export async function GET(request: Request): Promise<Response> {
  try {
    const waitMs = countSearchMs(await peerNetwork());
    if (waitMs !== null) {
      const waitSec = Math.ceil(waitMs / 1000);
      throw new HttpError(429, `That was a lot of searching. Try again in ${waitSec} s.`, {
        'Retry-After': `${waitSec}`,
      });
    }
    const text = new URL(request.url).searchParams.get('q')?.trim().slice(0, LONGEST_QUESTION) ?? '';
    const { own, found } = await search({ text });
    const suggestions: Suggestions = {
      own: own.slice(0, OWN_SHOWN).map(({ id, title, year }) => ({
        href: `/film/${id}`,
        name: title,
        note: year === null ? '' : String(year),
        picture: null,
      })),
      titles: found.titles.slice(0, TITLES_SHOWN).map((card) => ({
        href: titlePath(card),
        name: card.title,
        note: [card.kind === 'series' ? 'Series' : null, cardFacts(card)].filter(Boolean).join(' · '),
        picture: card.poster && pictureOf(card.poster, 'w92'),
      })),
      people: found.people.slice(0, PEOPLE_SHOWN).map((person) => ({
        href: personPath(person),
        name: person.name,
        note: person.knownFor.slice(0, 2).join(', '),
        picture: person.portrait && pictureOf(person.portrait, 'w45'),
      })),
    };
    return Response.json(suggestions, { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return await errorResponse(error);
  }
}
