import type { MovieId } from '@marquee/core/ids';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { SubtitleEditor } from '../../../../../../components/admin/subtitles/subtitle-editor.tsx';
import { AdminNav, SiteHeader } from '../../../../../../components/site-header.tsx';
import { requireAdmin } from '../../../../../../server/require-admin.ts';
import { subtitleEditDesk } from '../../../../../../server/subtitle-edit.ts';
import { streamFacts } from '../../../../../../server/titles.ts';

export const metadata: Metadata = { title: 'Edit subtitles' };

export default async function Page({ params }: { params: Promise<{ id: string; track: string }> }) {
  const { id, track } = await params;
  await requireAdmin(`/admin/films/${id}/subtitles/${track}`);
  const [desk, stream] = await Promise.all([subtitleEditDesk(id as MovieId, track), streamFacts(id as MovieId)]);
  if (!desk) notFound();
  return (
    <>
      <SiteHeader>
        <AdminNav at="films" isWithin />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-[100rem] px-4 py-6 sm:px-8 lg:px-12">
        <SubtitleEditor desk={desk} baseUrl={stream?.baseUrl ?? null} />
      </main>
    </>
  );
}
