import type { JobId } from '@marquee/core/ids';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { JobPage } from '../../../../components/job/job-page.tsx';
import { AdminNav, SiteHeader } from '../../../../components/site-header.tsx';
import { jobSnapshot } from '../../../../server/jobs.ts';
import { requireAdmin } from '../../../../server/require-admin.ts';

export const metadata: Metadata = { title: 'Job' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireAdmin(`/admin/jobs/${id}`);
  const snapshot = await jobSnapshot(id as JobId);
  if (!snapshot) notFound();
  return (
    <>
      <SiteHeader>
        <AdminNav at="jobs" isWithin />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 sm:px-8 lg:px-12">
        <JobPage first={snapshot} renderedAtMs={Date.now()} />
      </main>
    </>
  );
}
