import type { Metadata } from 'next';
import Link from 'next/link';
import { FilmTable } from '../../components/admin/film-table.tsx';
import { Refresh } from '../../components/refresh.tsx';
import { AdminNav, SiteHeader } from '../../components/site-header.tsx';
import { requireAdmin } from '../../server/require-admin.ts';
import { listFilms } from '../../server/titles.ts';

export const metadata: Metadata = { title: 'Films' };

export default async function AdminPage({ searchParams }: { searchParams: Promise<{ after?: string }> }) {
  await requireAdmin('/admin');
  const { after } = await searchParams;
  const { rows, cursor } = await listFilms(after);
  const isAnyAlive = rows.some(({ job }) => job?.status === 'pending' || job?.status === 'processing');
  return (
    <>
      <SiteHeader>
        <AdminNav at="films" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 py-10 sm:px-8 lg:px-12">
        <div className="flex flex-wrap items-end justify-between gap-4">
          <h1 className="display text-40">Films</h1>
        </div>
        {rows.length === 0 ? (
          <div className="mt-8 border-t border-line pt-10">
            <p className="text-20">{after === undefined ? 'No film yet.' : 'No earlier films.'}</p>
            <p className="mt-2 max-w-[60ch] text-16 text-quiet">
              Upload one here, or in a terminal with <code className="text-14">npm run marquee -- ingest film.mp4</code>
              .
            </p>
            <p className="mt-6">
              <Link href="/admin/upload" className="control control-solid">
                Upload a film
              </Link>
            </p>
          </div>
        ) : (
          <FilmTable rows={rows} renderedAtMs={Date.now()} />
        )}
        {cursor && (
          <p className="mt-8">
            <Link href={`/admin?after=${encodeURIComponent(cursor)}`} className="control">
              Earlier films
            </Link>
          </p>
        )}
        {isAnyAlive && <Refresh everyMs={2000} />}
      </main>
    </>
  );
}
