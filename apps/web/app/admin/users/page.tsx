import type { Metadata } from 'next';
import Link from 'next/link';
import { InviteForm } from '../../../components/admin/invite-form.tsx';
import { UserTable } from '../../../components/admin/user-table.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { requireAdmin } from '../../../server/require-admin.ts';
import { listUsers } from '../../../server/users.ts';

export const metadata: Metadata = { title: 'Users' };

export default async function UsersPage(props: { searchParams: Promise<{ q?: string; after?: string }> }) {
  const admin = await requireAdmin('/admin/users');
  const { q, after } = await props.searchParams;
  const search = typeof q === 'string' ? q.trim().slice(0, 100) : '';
  const { items, cursor } = await listUsers(search, after);
  return (
    <>
      <SiteHeader>
        <AdminNav at="users" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">Users</h1>
        <InviteForm />
        <search className="mt-8 border-t border-line pt-6">
          <form action="/admin/users" className="flex max-w-md gap-2">
            <label htmlFor="q" className="sr-only">
              Name or address
            </label>
            <input
              id="q"
              name="q"
              type="search"
              defaultValue={search}
              placeholder="Name or address"
              className="field"
            />
            <button type="submit" className="control">
              Find
            </button>
          </form>
        </search>
        {items.length === 0 ? (
          <p className="mt-8 text-16 text-quiet">
            {search === '' ? 'Nobody further.' : `Nobody whose name or address holds “${search}”.`}
          </p>
        ) : (
          <UserTable key={`${search} ${after}`} users={items} selfId={admin.id} renderedAtMs={Date.now()} />
        )}
        {cursor && (
          <p className="mt-8">
            <Link
              href={`/admin/users?${new URLSearchParams({ ...(search === '' ? {} : { q: search }), after: cursor })}`}
              className="control"
            >
              Earlier users
            </Link>
          </p>
        )}
      </main>
    </>
  );
}
