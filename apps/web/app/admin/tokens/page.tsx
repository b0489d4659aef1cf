import type { Metadata } from 'next';
import Link from 'next/link';
import { TokenForm } from '../../../components/admin/tokens/token-form.tsx';
import { TokenTable } from '../../../components/admin/tokens/token-table.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { listTokens } from '../../../server/api-tokens.ts';
import { requireAdmin } from '../../../server/require-admin.ts';

export const metadata: Metadata = { title: 'API tokens' };

export default async function TokensPage({ searchParams }: { searchParams: Promise<{ after?: string }> }) {
  await requireAdmin('/admin/tokens');
  const { after } = await searchParams;
  const { items, cursor } = await listTokens(typeof after === 'string' ? after : undefined);
  return (
    <>
      <SiteHeader>
        <AdminNav at="tokens" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">API tokens</h1>
        <p className="mt-3 max-w-[65ch] text-16 text-quiet">
          A program shows one to use the API, whose description stands at{' '}
          <a href="/api/v1/openapi.json" className="underline underline-offset-4">
            /api/v1/openapi.json
          </a>
          . It works as long as its maker runs the house.
        </p>
        <TokenForm />
        <section className="mt-8 border-t border-line pt-6">
          {items.length === 0 ? (
            <p className="text-16 text-quiet">
              {after === undefined ? 'There are no tokens: no program comes in.' : 'Nothing further.'}
            </p>
          ) : (
            <TokenTable tokens={items} renderedAtMs={Date.now()} />
          )}
        </section>
        {cursor && (
          <p className="mt-8">
            <Link href={`/admin/tokens?after=${encodeURIComponent(cursor)}`} className="control">
              Earlier tokens
            </Link>
          </p>
        )}
      </main>
    </>
  );
}
