import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** Between the 24 and 64 bytes that Standard Webhooks asks for. */
const SECRET_BYTES = 32;

/** @returns a secret as Standard Webhooks writes them */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/**
 * The headers that let a receiver know who sends, and that it is neither changed nor played again
 * (standardwebhooks.com, version 1: HMAC SHA-256 over id, time and body).
 */
export function signWebhook(sent: { id: string; atMs: number; body: string; secret: string }): Record<string, string> {
  const { id, body } = sent;
  const timestamp = String(Math.floor(sent.atMs / 1000));
  const key = Buffer.from(sent.secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
