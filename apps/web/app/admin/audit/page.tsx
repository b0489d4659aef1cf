import type { Metadata } from 'next';
import Link from 'next/link';
import { AuditFilters } from '../../../components/admin/audit-filters.tsx';
import { AuditTable } from '../../../components/admin/audit-table.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { listAudit } from '../../../server/audit-log.ts';
import { requireAdmin } from '../../../server/require-admin.ts';
import { auditAddress, auditQueryOf } from '../../../view/audit-query.ts';

export const metadata: Metadata = { title: 'Audit log' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AuditPage({ searchParams }: Props) {
  await requireAdmin('/admin/audit');
  const query = auditQueryOf(await searchParams);
  const { items, cursor, people } = await listAudit(query);
  const { cursor: _cursor, ...anew } = query;
  return (
    <>
      <SiteHeader>
        <AdminNav at="audit" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">Audit log</h1>
        <p className="mt-3 max-w-[65ch] text-16 text-quiet">Who did what, newest first. Nothing here can be changed.</p>
        <AuditFilters query={query} />
        {people.length > 0 && (
          <p className="mt-6 text-14 text-quiet">
            {people.length === 1 ? 'Done by ' : 'Whom do you mean? '}
            {people.map((email, i) => (
              <span key={email}>
                {i > 0 && ', '}
                <Link href={auditAddress({ ...anew, by: email })} className="text-ink underline underline-offset-4">
                  {email}
                </Link>
              </span>
            ))}
          </p>
        )}
        {items.length > 0 && <AuditTable entries={items} renderedAtMs={Date.now()} />}
        {items.length === 0 && people.length < 2 && (
          <p className="mt-8 border-t border-line pt-8 text-16 text-quiet">
            {query.cursor ? 'Nothing further. ' : 'Nothing of the kind was done. '}
            <Link href="/admin/audit" className="text-ink underline underline-offset-4">
              Show all
            </Link>
          </p>
        )}
        {cursor && (
          <p className="mt-8">
            <Link href={auditAddress({ ...anew, ...(people[0] ? { by: people[0] } : {}), cursor })} className="control">
              Earlier
            </Link>
          </p>
        )}
      </main>
    </>
  );
}
