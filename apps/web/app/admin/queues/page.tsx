import type { Metadata } from 'next';
import { QueuePage } from '../../../components/admin/queue-page.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { queuesSnapshot } from '../../../server/queues.ts';
import { requireAdmin } from '../../../server/require-admin.ts';

export const metadata: Metadata = { title: 'Queues' };

export default async function Page() {
  await requireAdmin('/admin/queues');
  const first = await queuesSnapshot();
  return (
    <>
      <SiteHeader>
        <AdminNav at="queues" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 sm:px-8 lg:px-12">
        <QueuePage first={first} />
      </main>
    </>
  );
}
