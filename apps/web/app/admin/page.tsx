import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { CrewSection } from '../../components/admin/dashboard/crew-section.tsx';
import { FailureSection } from '../../components/admin/dashboard/failure-section.tsx';
import { FigureStrip } from '../../components/admin/dashboard/figure-strip.tsx';
import { QueueSection } from '../../components/admin/dashboard/queue-section.tsx';
import { StorageSection } from '../../components/admin/dashboard/storage-section.tsx';
import { ThroughputSection } from '../../components/admin/dashboard/throughput-section.tsx';
import { ViewersSection } from '../../components/admin/dashboard/viewers-section.tsx';
import { Refresh } from '../../components/refresh.tsx';
import { AdminNav, SiteHeader } from '../../components/site-header.tsx';
import { dashboard } from '../../server/dashboard.ts';
import { requireAdmin } from '../../server/require-admin.ts';

/** How often the page looks again, in milliseconds. */
const REFRESH_MS = 10_000;
/** What the films' table was asked for when it stood at this address. */
const OF_FILMS = ['q', 'visibility', 'state', 'sort', 'after'];

export const metadata: Metadata = { title: 'Dashboard' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function DashboardPage({ searchParams }: Props) {
  await requireAdmin('/admin');
  const asked = Object.entries(await searchParams).flatMap(([name, value]) =>
    OF_FILMS.includes(name) && typeof value === 'string' ? [[name, value]] : [],
  );
  if (asked.length > 0) redirect(`/admin/films?${new URLSearchParams(asked)}`);
  const house = await dashboard();
  return (
    <>
      <SiteHeader>
        <AdminNav at="dashboard" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 pt-10 pb-16 sm:px-8 lg:px-12">
        <h1 className="display text-40">Dashboard</h1>
        <FigureStrip house={house} />
        <div className="mt-4 grid gap-x-16 lg:grid-cols-2">
          <ThroughputSection hours={house.hours} />
          <FailureSection failures={house.failures} total={house.jobs.failed} renderedAtMs={house.readAtMs} />
          <StorageSection stored={house.stored} renderedAtMs={house.readAtMs} />
          <CrewSection crew={house.crew} renderedAtMs={house.readAtMs} />
          <QueueSection queues={house.queues} />
          <ViewersSection sum={house.viewers} />
        </div>
        <Refresh everyMs={REFRESH_MS} />
      </main>
    </>
  );
}
