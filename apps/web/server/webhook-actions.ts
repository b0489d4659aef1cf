'use server';

import type { AuditActor } from '@marquee/core/audit';
import { isMarqueeError } from '@marquee/core/errors';
import type { WebhookId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { WEBHOOK_EVENTS } from '@marquee/core/webhooks';
import { revalidatePath } from 'next/cache';
import { container } from './container.ts';
import { currentActor } from './current-user.ts';
import { requireAdmin } from './require-admin.ts';
import type { Told } from './user-actions.ts';
import { makeWebhook, removeWebhook, switchWebhook, testWebhook } from './webhooks.ts';

/** Makes a webhook. The answer holds its secret, which is shown this once. */
export async function makeWebhookAction(_before: Told | null, form: FormData): Promise<Told> {
  const url = String(form.get('url') ?? '').trim();
  const asked = form.getAll('event');
  const events = WEBHOOK_EVENTS.filter((event) => asked.includes(event));
  return act(async (store, actor) => {
    if (events.length === 0) return { ok: false, says: 'Choose at least one thing to be told of.' };
    const { config } = await container();
    const link = await makeWebhook(store, { url, events, allowsPrivate: config.webhooksToPrivate }, actor);
    return {
      ok: true,
      says: 'Copy the secret now: the receiver checks signatures with it. It is shown this once.',
      link,
    };
  });
}

export async function testWebhookAction(id: string): Promise<Told> {
  return act(async (store) => {
    await testWebhook(store, String(id) as WebhookId);
    return { ok: true, says: 'A test is on its way; what became of it stands among its deliveries.' };
  });
}

export async function switchWebhookAction(id: string, isOn: boolean): Promise<Told> {
  return act(async (store, actor) => {
    await switchWebhook(store, String(id) as WebhookId, isOn === true, actor);
    return { ok: true, says: isOn === true ? 'It is told of things again.' : 'It is told of nothing more.' };
  });
}

export async function removeWebhookAction(id: string): Promise<Told> {
  return act(async (store, actor) => {
    await removeWebhook(store, String(id) as WebhookId, actor);
    return { ok: true, says: 'The webhook is gone, and all that it was told.' };
  });
}

/** Sends something once more, under the id that it had. */
export async function resendAction(deliveryId: string): Promise<Told> {
  return act(async (store) =>
    (await store.webhooks.again(String(deliveryId), Date.now()))
      ? { ok: true, says: 'It is sent once more.' }
      : { ok: false, says: 'This delivery is not kept any more.' },
  );
}

async function act(what: (store: Store, actor: AuditActor) => Promise<Told>): Promise<Told> {
  const admin = await requireAdmin('/admin/webhooks');
  const { engines } = await container();
  try {
    const told = await what(engines.store, await currentActor(admin));
    revalidatePath('/admin/webhooks', 'layout');
    return told;
  } catch (thrown) {
    if (!isMarqueeError(thrown) || thrown.code !== 'MESSAGE_INVALID') throw thrown;
    return { ok: false, says: thrown.message };
  }
}
