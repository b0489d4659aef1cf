import type { MovieId } from '@marquee/core/ids';
import type { Metadata } from 'next';
import Link from 'next/link';
import { PersonTile, TitleCard } from '../../components/catalogue/cards.tsx';
import { RowKeys } from '../../components/row-keys.tsx';
import { MomentList, SaidFilters } from '../../components/search/moment-list.tsx';
import { SearchField } from '../../components/search/search-field.tsx';
import { SiteHeader } from '../../components/site-header.tsx';
import { TitleGrid } from '../../components/title-grid.tsx';
import { container } from '../../server/container.ts';
import { placeholdersOf } from '../../server/placeholders.ts';
import {
  LONGEST_QUESTION,
  type SaidAnswer,
  type SearchAnswer,
  type SearchKind,
  search,
  searchKind,
  searchSaid,
} from '../../server/search.ts';

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Pictures that a phone shows without scrolling. */
const SEEN_FIRST = 4;

const KINDS: { kind: SearchKind | undefined; name: string }[] = [
  { kind: undefined, name: 'All' },
  { kind: 'film', name: 'Films' },
  { kind: 'series', name: 'Series' },
  { kind: 'person', name: 'People' },
  { kind: 'said', name: 'Lines' },
];

/** What a house without a catalogue has to show. */
const HOUSE_KINDS = new Set<SearchKind | undefined>([undefined, 'said']);

async function questionOf({ searchParams }: Props) {
  const asked = await searchParams;
  const one = (name: string) => [asked[name] ?? []].flat()[0];
  const number = Number(one('page'));
  return {
    text: one('q')?.trim().slice(0, LONGEST_QUESTION) ?? '',
    kind: searchKind(one('kind')),
    movieId: one('film') as MovieId | undefined,
    language: one('language'),
    page: Number.isInteger(number) && number > 0 ? number : 1,
  };
}

function searchPath(text: string, kind: SearchKind | undefined, page = 1): string {
  const query = new URLSearchParams({ ...(text && { q: text }), ...(kind && { kind }) });
  if (page > 1) query.set('page', String(page));
  return query.size === 0 ? '/search' : `/search?${query}`;
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { text } = await questionOf(props);
  return {
    title: text === '' ? 'Search' : `“${text}”`,
    description: 'Search for films, series and people.',
    // Results are no content of their own.
    robots: { index: false, follow: true },
  };
}

export default async function SearchPage(props: Props) {
  const { text, kind, page, movieId, language } = await questionOf(props);
  const { catalogue } = await container();
  const query = { text, page, ...(kind && { kind }) };
  const [answer, said] = await Promise.all([
    search(query),
    searchSaid({ ...query, ...(movieId && { movieId }), ...(language && { language }) }),
  ]);
  return (
    <div className="min-h-dvh">
      <SiteHeader />
      <main id="content" className="edge pt-8 pb-24">
        <h1 className="sr-only">Search</h1>
        <SearchField text={text} kind={kind} />
        <nav aria-label="What to look for" className="mt-5 -ml-3 flex flex-wrap" data-row>
          {KINDS.filter((each) => catalogue !== null || HOUSE_KINDS.has(each.kind)).map((each) => (
            <Link
              key={each.name}
              href={searchPath(text, each.kind)}
              prefetch={false}
              scroll={false}
              aria-current={each.kind === kind ? 'page' : undefined}
              className={`control control-bare px-3 ${each.kind === kind ? 'underline decoration-bulb decoration-2 underline-offset-8' : 'text-quiet hover:text-ink'}`}
            >
              {each.name}
            </Link>
          ))}
        </nav>
        {text === '' ? (
          <p className="mt-10 max-w-[60ch] text-16 text-quiet">
            {catalogue === null
              ? 'Type a word of a title. The films of this house show as you type.'
              : 'Type a title or a name; a few letters do. Films of this house come first.'}
          </p>
        ) : (
          <Results
            text={text}
            kind={kind}
            narrowed={{ movieId, language }}
            answer={answer}
            said={said}
            hasCatalogue={catalogue !== null}
          />
        )}
        <RowKeys />
      </main>
    </div>
  );
}

async function Results(props: {
  text: string;
  kind: SearchKind | undefined;
  answer: SearchAnswer;
  narrowed: { movieId: MovieId | undefined; language: string | undefined };
  said: SaidAnswer;
  hasCatalogue: boolean;
}) {
  const { text, kind, answer, said, narrowed } = props;
  const { own, found } = answer;
  const placeholders = await placeholdersOf([
    ...found.titles.map(({ poster }) => ({ address: poster, shape: 'poster' as const })),
    ...found.people.map(({ portrait }) => ({ address: portrait, shape: 'portrait' as const })),
  ]);
  const count = own.length + found.titles.length + found.people.length + said.moments.length;
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {count === 0 ? 'Nothing found' : `${count} shown`}
      </p>
      <div className="mt-8 space-y-12">
        {own.length > 0 && (
          <section aria-labelledby="own">
            <h2 id="own" className="display mb-4 text-20 sm:text-28">
              Of this house
            </h2>
            <TitleGrid titles={own} seenFirst={SEEN_FIRST} />
          </section>
        )}
        {kind === 'said' && <SaidFilters text={text} said={said} narrowed={narrowed} />}
        {said.moments.length > 0 && (
          <MomentList moments={said.moments} more={kind === 'said' ? null : searchPath(text, 'said')} />
        )}
        {found.people.length > 0 && (
          <section aria-labelledby="people">
            <h2 id="people" className="display mb-4 text-20 sm:text-28">
              People
            </h2>
            <ul data-row className={kind === 'person' ? GRID : 'row-list'}>
              {found.people.map((person) => (
                <li key={person.tmdbId} className={kind === 'person' ? '' : 'w-28 sm:w-36'}>
                  <PersonTile
                    person={person}
                    placeholders={placeholders}
                    note={person.knownFor.slice(0, 2).join(', ')}
                  />
                </li>
              ))}
            </ul>
          </section>
        )}
        {found.titles.length > 0 && (
          <section aria-labelledby="titles">
            <h2 id="titles" className="display mb-4 text-20 sm:text-28">
              {kind === 'series' ? 'Series' : kind === 'film' ? 'Films' : 'Films and series'}
            </h2>
            <ul data-row className={GRID}>
              {found.titles.map((card, index) => (
                <li key={`${card.kind}-${card.tmdbId}`}>
                  <TitleCard card={card} placeholders={placeholders} first={index < SEEN_FIRST - own.length} />
                </li>
              ))}
            </ul>
          </section>
        )}
        {answer.catalogue === 'away' && (
          <p className="max-w-[60ch] text-16 text-quiet">
            The catalogue does not answer just now; these are the films of this house alone.{' '}
            <a href={searchPath(text, kind)} className="text-ink underline underline-offset-4">
              Ask again
            </a>
          </p>
        )}
        {count === 0 && answer.catalogue !== 'away' && <NothingFound text={text} kind={kind} />}
        <Pages {...props} />
      </div>
    </>
  );
}

const GRID =
  'grid grid-cols-2 gap-x-4 gap-y-8 min-[30rem]:grid-cols-3 md:grid-cols-4 lg:grid-cols-6 xl:grid-cols-7 2xl:grid-cols-8';

function NothingFound({ text, kind }: { text: string; kind: SearchKind | undefined }) {
  return (
    <div className="max-w-[60ch] text-16">
      <p className="display text-28">{kind === 'said' ? 'Nobody says that.' : 'Nothing by that name.'}</p>
      <p className="mt-3 text-quiet">
        {text.length < 2 ? 'A second letter makes all the difference.' : 'Try fewer letters, or only the rarest word.'}
      </p>
      {kind && (
        <p className="mt-5">
          <Link href={searchPath(text, undefined)} prefetch={false} className="control">
            Look among everything
          </Link>
        </p>
      )}
    </div>
  );
}

function Pages({ text, kind, answer }: { text: string; kind: SearchKind | undefined; answer: SearchAnswer }) {
  const { page, pages } = answer.found;
  if (pages < 2) return null;
  return (
    <nav aria-label="Pages" className="flex items-center gap-3">
      {page > 1 && (
        <Link href={searchPath(text, kind, page - 1)} prefetch={false} className="control">
          Back
        </Link>
      )}
      <span className="figures text-14 text-quiet">
        Page {page} of {pages}
      </span>
      {page < pages && (
        <Link href={searchPath(text, kind, page + 1)} prefetch={false} className="control">
          More
        </Link>
      )}
    </nav>
  );
}
