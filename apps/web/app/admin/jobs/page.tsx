import type { Metadata } from 'next';
import Link from 'next/link';
import { JobFilters } from '../../../components/admin/job-filters.tsx';
import { JobTable } from '../../../components/admin/job-table.tsx';
import { Refresh } from '../../../components/refresh.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { listJobs } from '../../../server/job-list.ts';
import { requireAdmin } from '../../../server/require-admin.ts';
import { areWorkersSeen } from '../../../server/titles.ts';
import { jobQueryOf, nextJobsAddress } from '../../../view/job-query.ts';

/** How often the page looks again, in milliseconds: while jobs are at work, and while none of the shown ones is. */
const REFRESH_MS = 2500;
const REFRESH_IDLE_MS = 15_000;

export const metadata: Metadata = { title: 'Jobs' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function JobsPage({ searchParams }: Props) {
  await requireAdmin('/admin/jobs');
  const query = jobQueryOf(await searchParams);
  const [{ rows, cursor }, workersSeen] = await Promise.all([listJobs(query), areWorkersSeen()]);
  const isAnyAlive = rows.some(({ status, settling }) => status === 'pending' || status === 'processing' || settling);
  return (
    <>
      <SiteHeader>
        <AdminNav at="jobs" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 pt-10 pb-4 sm:px-8 lg:px-12">
        <h1 className="display text-40">Jobs</h1>
        {isAnyAlive && !workersSeen && (
          <p className="mt-3 max-w-[65ch] border-l-2 border-lost pl-4 text-16">
            No worker is running, so all of this waits. Start one with{' '}
            <code className="rounded-still bg-raised px-1.5 py-0.5 text-14">npm run marquee -- start</code>.
          </p>
        )}
        <JobFilters query={query} />
        <JobTable rows={rows} renderedAtMs={Date.now()} />
        {rows.length === 0 && (
          <p className="mt-8 border-t border-line pt-8 text-16 text-quiet">
            {query.text || query.status || query.cursor ? (
              <>
                {query.cursor ? 'No more jobs. ' : 'No job is like that. '}
                <Link href="/admin/jobs" className="text-ink underline underline-offset-4">
                  Show all
                </Link>
              </>
            ) : (
              'No job yet: each film that is uploaded becomes one.'
            )}
          </p>
        )}
        {cursor && (
          <p className="mt-8 pb-6">
            <Link href={nextJobsAddress(query, cursor)} className="control">
              Earlier jobs
            </Link>
          </p>
        )}
        <Refresh everyMs={isAnyAlive ? REFRESH_MS : REFRESH_IDLE_MS} />
      </main>
    </>
  );
}
