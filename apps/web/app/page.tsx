import { CATALOGUE_ROWS, type CatalogueCard, type CatalogueRow } from '@marquee/core/catalogue';
import Link from 'next/link';
import { TitleCard } from '../components/catalogue/cards.tsx';
import { Banner } from '../components/home/banner.tsx';
import { EmptyHouse } from '../components/home/empty-house.tsx';
import { CatalogueFilm, OwnFilm } from '../components/home/films.tsx';
import { OwnRow } from '../components/home/own-row.tsx';
import { ContinueRow } from '../components/library/continue-row.tsx';
import { Refresh } from '../components/refresh.tsx';
import { Row } from '../components/row.tsx';
import { RowKeys } from '../components/row-keys.tsx';
import { SiteHeader } from '../components/site-header.tsx';
import { TitleGrid } from '../components/title-grid.tsx';
import { catalogueRows } from '../server/catalogue.ts';
import { container } from '../server/container.ts';
import { continueWatching } from '../server/library.ts';
import { placeholdersOf } from '../server/placeholders.ts';
import { isAdmin } from '../server/require-admin.ts';
import { isEmptyHouse, listWatchable, type Title } from '../server/titles.ts';

/** How often the page looks again while a film is being made, in milliseconds. */
const REFRESH_MS = 5000;
/** And while rows of the catalogue are missing. */
const REFRESH_ROWS_MS = 15_000;
/** Films that take turns on the first screen, and how many of them are the house's own where both have some. */
const ON_SCREEN = 5;
const OWN_ON_SCREEN = 3;

const HEADINGS: Record<CatalogueRow, string> = {
  'popular-films': 'Popular films',
  'now-playing': 'In cinemas now',
  'trending-films': 'Films of the week',
  'popular-series': 'Popular series',
  'trending-series': 'Series of the week',
};

export default async function HomePage({ searchParams }: { searchParams: Promise<{ after?: string }> }) {
  const { after } = await searchParams;
  if (after !== undefined) return <EarlierFilms after={after} />;
  const [{ titles, cursor }, rows, begun] = await Promise.all([listWatchable(), catalogueRows(), continueWatching()]);
  const { catalogue } = await container();
  const rowsMissing = catalogue !== null && rows.length < CATALOGUE_ROWS.length;
  if (titles.length === 0 && rows.length === 0) {
    const nothingYet = await isEmptyHouse();
    return <EmptyHouse nothingYet={nothingYet} looksAgain={!nothingYet || rowsMissing} />;
  }

  const trending = rows.find(({ name }) => name === 'trending-films')?.cards ?? rows[0]?.cards ?? [];
  // A film that has just begun has no still yet.
  const withStill = titles.filter((title) => title.still !== null);
  const own = (withStill.length > 0 ? withStill : titles.slice(0, 1)).slice(0, OWN_ON_SCREEN);
  const guests = trending.filter((card) => card.backdrop !== null).slice(0, ON_SCREEN - own.length);
  const placeholders = await placeholdersOf([
    ...guests.map((card) => ({ address: card.backdrop, shape: 'backdrop' as const })),
    ...rows.flatMap(({ cards }) => cards.map((card) => ({ address: card.poster, shape: 'poster' as const }))),
  ]);
  const isTwin = twins();
  return (
    <>
      <SiteHeader over />
      <main id="content">
        <h1 className="sr-only">What is showing</h1>
        <Banner names={namesOf(own, guests)}>
          {[
            ...own.map((title, index) => <OwnFilm key={title.id} title={title} first={index === 0} />),
            ...guests.map((card, index) => (
              <CatalogueFilm
                key={card.tmdbId}
                card={card}
                placeholders={placeholders}
                first={own.length === 0 && index === 0}
              />
            )),
          ]}
        </Banner>
        <div className="space-y-10 pt-8 pb-24">
          <ContinueRow shelf={begun} />
          {titles.length > 0 && <OwnRow titles={titles} onScreen={new Set(own.map(({ id }) => id))} cursor={cursor} />}
          {rows.map(({ name, cards }) => (
            <Row key={name} id={name} heading={HEADINGS[name]}>
              {cards.map((card) => (
                <li key={`${card.kind}-${card.tmdbId}`} className="w-36 sm:w-[10.75rem]">
                  <TitleCard card={card} placeholders={placeholders} isTwin={isTwin(card)} />
                </li>
              ))}
            </Row>
          ))}
          <Hint hasOwn={titles.length > 0} />
        </div>
        <RowKeys />
        {titles.some((title) => title.state === 'making') ? (
          <Refresh everyMs={REFRESH_MS} />
        ) : (
          rowsMissing && <Refresh everyMs={REFRESH_ROWS_MS} />
        )}
      </main>
    </>
  );
}

/** Tells of each title whether it was asked about before: a popular film may be in cinemas, too. */
function twins(): (card: CatalogueCard) => boolean {
  const seen = new Set<string>();
  return ({ kind, tmdbId }) => {
    const key = `${kind}-${tmdbId}`;
    const isTwin = seen.has(key);
    seen.add(key);
    return isTwin;
  };
}

/** Names of the films on the first screen; two of one name are told apart, since each needs a name of its own. */
function namesOf(own: Title[], guests: CatalogueCard[]): string[] {
  const names = [...own, ...guests].map(({ title }) => title);
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name} (${index + 1})`));
}

/** What the house could have besides, said to those who can see to it. */
async function Hint({ hasOwn }: { hasOwn: boolean }) {
  const { catalogue } = await container();
  if ((catalogue !== null && hasOwn) || !(await isAdmin())) return null;
  return (
    <p className="edge max-w-[80ch] text-14 text-quiet">
      {catalogue === null ? (
        <>
          Only films of this house are shown. With a key of themoviedb.org in the variable{' '}
          <code className="text-ink">TMDB_API_KEY</code> the world’s films stand beside them. Visitors do not see this.
        </>
      ) : (
        <>
          No film of this house is showing yet.{' '}
          <Link href="/admin/upload" className="text-ink underline underline-offset-4">
            Upload the first film
          </Link>
        </>
      )}
    </p>
  );
}

async function EarlierFilms({ after }: { after: string }) {
  const { titles, cursor } = await listWatchable(after);
  return (
    <>
      <SiteHeader />
      <main id="content" className="edge pt-10 pb-24">
        <h1 className="display mb-5 text-28">Earlier films</h1>
        <TitleGrid titles={titles} />
        <p className="mt-12 flex gap-3">
          {cursor && (
            <Link href={`/?after=${encodeURIComponent(cursor)}`} className="control">
              Earlier films
            </Link>
          )}
          <Link href="/" className="control">
            What is showing
          </Link>
        </p>
      </main>
    </>
  );
}
