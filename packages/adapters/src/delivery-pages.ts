import type { WebhookDelivery } from '@marquee/core/webhooks';

/** Where a page of deliveries ends, as a cursor. */
export function placeOfDelivery(last: WebhookDelivery | undefined): string | null {
  return last ? `${last.createdAtMs}:${last.id}` : null;
}

/** @returns null for a cursor that makes no sense */
export function readDeliveryPlace(cursor: string | undefined): Pick<WebhookDelivery, 'createdAtMs' | 'id'> | null {
  const [, time, id] = /^(\d{1,15}):([\w-]{1,80})$/.exec(cursor ?? '') ?? [];
  return time && id ? { createdAtMs: Number(time), id } : null;
}
