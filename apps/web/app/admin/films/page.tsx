import type { Metadata } from 'next';
import Link from 'next/link';
import { FilmFilters } from '../../../components/admin/film-filters.tsx';
import { FilmTable } from '../../../components/admin/film-table.tsx';
import { Refresh } from '../../../components/refresh.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { listFilms } from '../../../server/films.ts';
import { requireAdmin } from '../../../server/require-admin.ts';
import { isEmptyHouse } from '../../../server/titles.ts';
import { filmQueryOf, nextPageAddress } from '../../../view/film-query.ts';

/** How often the page looks again while films are being made, in milliseconds. */
const REFRESH_MS = 2000;

export const metadata: Metadata = { title: 'Films' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function FilmsPage({ searchParams }: Props) {
  await requireAdmin('/admin/films');
  const query = filmQueryOf(await searchParams);
  const [{ rows, cursor }, isEmpty] = await Promise.all([listFilms(query), isEmptyHouse()]);
  const isAnyAlive = rows.some(({ job }) => job?.status === 'pending' || job?.status === 'processing');
  return (
    <>
      <SiteHeader>
        <AdminNav at="films" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 pt-10 pb-4 sm:px-8 lg:px-12">
        <div className="flex flex-wrap items-end justify-between gap-4">
          <h1 className="display text-40">Films</h1>
        </div>
        {isEmpty ? <NoFilms /> : <FilmFilters query={query} />}
        <FilmTable rows={rows} renderedAtMs={Date.now()} />
        {rows.length === 0 && !isEmpty && (
          <p className="mt-8 border-t border-line pt-8 text-16 text-quiet">
            {query.cursor ? 'No more films.' : 'No film is like that. '}
            <Link href="/admin/films" className="text-ink underline underline-offset-4">
              Show all
            </Link>
          </p>
        )}
        {cursor && (
          <p className="mt-8 pb-6">
            <Link href={nextPageAddress(query, cursor)} className="control">
              More films
            </Link>
          </p>
        )}
        {isAnyAlive && <Refresh everyMs={REFRESH_MS} />}
      </main>
    </>
  );
}

function NoFilms() {
  return (
    <div className="mt-8 border-t border-line pt-10">
      <p className="text-20">No film yet.</p>
      <p className="mt-2 max-w-[60ch] text-16 text-quiet">
        Upload one here, or in a terminal with <code className="text-14">npm run marquee -- ingest film.mp4</code>.
      </p>
      <p className="mt-6">
        <Link href="/admin/upload" className="control control-solid">
          Upload a film
        </Link>
      </p>
    </div>
  );
}
