import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { DeliveryTable } from '../../../../components/admin/webhooks/delivery-table.tsx';
import { WebhookHealth } from '../../../../components/admin/webhooks/webhook-health.tsx';
import { Refresh } from '../../../../components/refresh.tsx';
import { AdminNav, SiteHeader } from '../../../../components/site-header.tsx';
import { requireAdmin } from '../../../../server/require-admin.ts';
import { getWebhook, listDeliveries } from '../../../../server/webhooks.ts';

export const metadata: Metadata = { title: 'Webhook' };

/** What waits is sent within a second or two. */
const REFRESH_MS = 3000;

export default async function WebhookPage(props: {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ after?: string }>;
}) {
  const { id } = await props.params;
  await requireAdmin(`/admin/webhooks/${encodeURIComponent(id)}`);
  const webhook = await getWebhook(id);
  if (!webhook) notFound();
  const { after } = await props.searchParams;
  const { items, cursor } = await listDeliveries(webhook.id, typeof after === 'string' ? after : undefined);
  const nowMs = Date.now();
  return (
    <>
      <SiteHeader>
        <AdminNav at="webhooks" isWithin />
      </SiteHeader>
      <Refresh everyMs={REFRESH_MS} />
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <Link href="/admin/webhooks" className="control control-bare -ml-3 px-3 text-quiet hover:text-ink">
          All webhooks
        </Link>
        <h1 className="display mt-2 text-28 [overflow-wrap:anywhere]">{webhook.url}</h1>
        <p className="mt-3 text-16 text-quiet">{webhook.events.join(', ')}</p>
        <WebhookHealth webhook={webhook} renderedAtMs={nowMs} />
        <DeliveryTable
          webhookId={webhook.id}
          isOff={webhook.disabled !== null}
          deliveries={items}
          renderedAtMs={nowMs}
        />
        {cursor && (
          <p className="mt-8">
            <Link href={`/admin/webhooks/${id}?after=${encodeURIComponent(cursor)}`} className="control">
              Earlier
            </Link>
          </p>
        )}
      </main>
    </>
  );
}
