import type { Metadata } from 'next';
import { WebhookForm } from '../../../components/admin/webhooks/webhook-form.tsx';
import { WebhookList } from '../../../components/admin/webhooks/webhook-list.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { requireAdmin } from '../../../server/require-admin.ts';
import { listWebhooks } from '../../../server/webhooks.ts';

export const metadata: Metadata = { title: 'Webhooks' };

export default async function WebhooksPage() {
  await requireAdmin('/admin/webhooks');
  const webhooks = await listWebhooks();
  return (
    <>
      <SiteHeader>
        <AdminNav at="webhooks" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">Webhooks</h1>
        <p className="mt-3 max-w-[65ch] text-16 text-quiet">
          Addresses of programs that are told what happens in the house, signed as Standard Webhooks has it, and again
          for a day if they do not take it.
        </p>
        <WebhookForm />
        <section className="mt-8 border-t border-line pt-2">
          {webhooks.length === 0 ? (
            <p className="pt-4 text-16 text-quiet">There are no webhooks: nobody is told.</p>
          ) : (
            <WebhookList webhooks={webhooks} renderedAtMs={Date.now()} />
          )}
        </section>
      </main>
    </>
  );
}
