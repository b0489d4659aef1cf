import type { Metadata } from 'next';
import Link from 'next/link';
import { AuditTable } from '../../../components/admin/audit-table.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { requireAdmin } from '../../../server/require-admin.ts';
import { listAudit } from '../../../server/users.ts';

export const metadata: Metadata = { title: 'Audit log' };

export default async function AuditPage({ searchParams }: { searchParams: Promise<{ after?: string }> }) {
  await requireAdmin('/admin/audit');
  const { after } = await searchParams;
  const { items, cursor } = await listAudit(after);
  return (
    <>
      <SiteHeader>
        <AdminNav at="audit" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">Audit log</h1>
        <p className="mt-3 max-w-[65ch] text-16 text-quiet">Who did what, newest first. Nothing here can be changed.</p>
        {items.length === 0 ? (
          <p className="mt-8 border-t border-line pt-8 text-16">Nothing further.</p>
        ) : (
          <AuditTable entries={items} renderedAtMs={Date.now()} />
        )}
        {cursor && (
          <p className="mt-8">
            <Link href={`/admin/audit?after=${encodeURIComponent(cursor)}`} className="control">
              Earlier
            </Link>
          </p>
        )}
      </main>
    </>
  );
}
