import type { MovieId } from '@marquee/core/ids';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { FilmPage } from '../../../../components/admin/film/film-page.tsx';
import { Refresh } from '../../../../components/refresh.tsx';
import { AdminNav, SiteHeader } from '../../../../components/site-header.tsx';
import { filmDesk } from '../../../../server/film-edit.ts';
import { requireAdmin } from '../../../../server/require-admin.ts';

/** How often the page looks again while a version is being made, in milliseconds. */
const REFRESH_MS = 3000;

export const metadata: Metadata = { title: 'Edit a film' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireAdmin(`/admin/films/${id}`);
  const desk = await filmDesk(id as MovieId);
  if (!desk) notFound();
  const isAlive =
    desk.analysis.state === 'making' ||
    desk.description.isMaking ||
    desk.sights.isMaking ||
    desk.skips.isMaking ||
    desk.versions.some(({ status }) => status === 'pending' || status === 'processing');
  return (
    <>
      <SiteHeader>
        <AdminNav at="films" isWithin />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 py-10 sm:px-8 lg:px-12">
        <FilmPage desk={desk} renderedAtMs={Date.now()} />
        {isAlive && <Refresh everyMs={REFRESH_MS} />}
      </main>
    </>
  );
}
