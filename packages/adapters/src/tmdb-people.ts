import type { Person } from '@marquee/core/catalogue';
import type { CreditAnswer, PersonAnswer } from './tmdb-answers.ts';
import { cardOf, kindOf, pictureOf, type TmdbView } from './tmdb-cards.ts';

const CREDITS = 100;
const KNOWN_FOR = 3;
/** News, talk, reality: whoever sat there once is not known for it. */
const TALK_GENRES = [10763, 10764, 10767];
/** A series of which somebody made fewer episodes is not theirs. */
const REGULAR_EPISODES = 10;

/** @returns null for whom there is no name to show, and who is not for everybody */
export function personOf(view: TmdbView, answer: PersonAnswer): Person | null {
  if (answer.name === '' || answer.adult) return null;
  const credits = creditsOf(view, answer);
  return {
    tmdbId: answer.id,
    name: answer.name,
    portrait: pictureOf(view, answer.profile_path),
    knownFor: credits.slice(0, KNOWN_FOR).map((credit) => credit.title),
    biography: answer.biography,
    bornOn: answer.birthday,
    diedOn: answer.deathday,
    birthplace: answer.place_of_birth || null,
    credits,
  };
}

/** Each title once, with all that the person did there. */
function creditsOf(view: TmdbView, answer: PersonAnswer): Person['credits'] {
  const { cast, crew } = answer.combined_credits;
  const isPlayer = answer.known_for_department === 'Acting';
  const all = [
    ...cast.map((credit) => ({ credit, did: credit.character, weight: isPlayer ? 1 : 0.3 })),
    ...crew.map((credit) => ({
      credit,
      did: credit.job,
      weight: credit.department === answer.known_for_department ? 1 : 0.3,
    })),
  ];
  const titles = new Map<string, { card: NonNullable<ReturnType<typeof cardOf>>; did: Set<string>; score: number }>();
  for (const { credit, did, weight } of all) {
    const kind = kindOf(credit.media_type);
    const card = kind && cardOf(view, kind, credit);
    if (!card) continue;
    const key = `${kind}:${card.tmdbId}`;
    const title = titles.get(key) ?? { card, did: new Set(), score: 0 };
    if (did !== '') title.did.add(did);
    title.score = Math.max(title.score, weight * fame(credit));
    titles.set(key, title);
  }
  return [...titles.values()]
    .sort((a, b) => b.score - a.score || (b.card.year ?? 0) - (a.card.year ?? 0))
    .slice(0, CREDITS)
    .map(({ card, did }) => ({ ...card, role: [...did].join(', ') }));
}

/**
 * How well somebody is known for a title: by how many people voted on it, less for parts far down the billing, for
 * a few episodes, and for being there as oneself.
 */
function fame(credit: CreditAnswer): number {
  const asOneself = /\bself\b|\b(?:him|her)self\b/i.test(credit.character);
  const isTalk = credit.genre_ids.some((genre) => TALK_GENRES.includes(genre));
  const billing = 1 / (1 + (credit.order ?? 0) / 10);
  const share =
    credit.media_type === 'tv' && credit.episode_count > 0 ? Math.min(1, credit.episode_count / REGULAR_EPISODES) : 1;
  return credit.vote_count * billing * share * (asOneself || isTalk ? 0.02 : 1);
}
