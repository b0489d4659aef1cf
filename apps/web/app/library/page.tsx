import { SHELVES, type Shelf } from '@marquee/core/library';
import type { Metadata } from 'next';
import Link from 'next/link';
import { ShelfCard } from '../../components/library/shelf-card.tsx';
import { RowKeys } from '../../components/row-keys.tsx';
import { SiteHeader } from '../../components/site-header.tsx';
import { shelfOf } from '../../server/library.ts';
import { forgetLibraryAction } from '../../server/library-actions.ts';
import { requireUser } from '../../server/require-admin.ts';

export const metadata: Metadata = { title: 'Your list', robots: { index: false, follow: false } };

const NAMES: Record<Shelf, string> = {
  favourites: 'Your list',
  continue: 'Watching',
  watched: 'Watched',
  rated: 'Rated',
};
const ORDER: Shelf[] = ['favourites', 'continue', 'watched', 'rated'];

/** What to do where nothing stands yet. */
const EMPTY: Record<Shelf, string> = {
  favourites: 'Nothing is on your list yet. The heart on a film’s page puts it here.',
  continue: 'You are in the middle of nothing. A film that you leave after a minute waits here, on all your devices.',
  watched: 'Films that you have seen to their end stand here, and those that you mark as watched.',
  rated: 'You have not rated anything yet. The stars are on each film’s page.',
};

type Props = { searchParams: Promise<{ shelf?: string; after?: string }> };

/** What a viewer keeps, by shelves. */
export default async function LibraryPage({ searchParams }: Props) {
  const user = await requireUser('/library');
  const { shelf: asked, after } = await searchParams;
  const shelf = SHELVES.find((each) => each === asked) ?? 'favourites';
  const { items, cursor } = await shelfOf(user, shelf, typeof after === 'string' ? after : undefined);
  return (
    <>
      <SiteHeader />
      <main id="content" className="edge py-10 pb-24">
        <h1 className="display text-40">{NAMES[shelf]}</h1>
        <nav aria-label="Shelves" className="mt-4 -ml-3 flex flex-wrap" data-row>
          {ORDER.map((each) => (
            <Link
              key={each}
              href={each === 'favourites' ? '/library' : `/library?shelf=${each}`}
              aria-current={each === shelf ? 'page' : undefined}
              className={`control control-bare px-3 ${each === shelf ? 'underline decoration-bulb decoration-2 underline-offset-8' : 'text-quiet hover:text-ink'}`}
            >
              {NAMES[each]}
            </Link>
          ))}
        </nav>
        {items.length === 0 ? (
          <p className="mt-8 max-w-[60ch] text-16 text-quiet">
            {after === undefined && cursor === null ? EMPTY[shelf] : 'Nothing of this page is there any more.'}
          </p>
        ) : (
          <ul data-row className="mt-6 grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 lg:grid-cols-4 xl:grid-cols-5">
            {items.map((item) => (
              <li key={item.entry.title} className="min-w-0">
                <ShelfCard item={item} goesOn={shelf === 'continue'} />
              </li>
            ))}
          </ul>
        )}
        {cursor !== null && (
          <p className="mt-12">
            <Link href={`/library?shelf=${shelf}&after=${encodeURIComponent(cursor)}`} className="control">
              Earlier ones
            </Link>
          </p>
        )}
        <details className="mt-16 border-t border-line pt-4">
          <summary className="inline-flex min-h-11 items-center text-14 text-quiet hover:text-ink">
            Forget all of it
          </summary>
          <p className="mt-2 max-w-[60ch] text-14 text-quiet">
            Your list, your ratings, what you have watched and where you are in it are removed for good, from all
            devices. Nobody but you sees any of it.
          </p>
          <form action={forgetLibraryAction} className="mt-3">
            <button type="submit" className="control border-lost text-lost">
              Forget all that I kept
            </button>
          </form>
        </details>
        <RowKeys />
      </main>
    </>
  );
}
