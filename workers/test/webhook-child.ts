// Started by webhooks.test.ts: sends what is due in a process of its own, to be killed in the middle of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { createWebhookPost } from '@marquee/adapters/webhook-http';
import { startDeliveries } from '../orchestrator/deliver.ts';
import { QUIET } from './house.ts';

const [file = '', holdMs = ''] = process.argv.slice(2);
const post = createWebhookPost({ allowsPrivate: true });
startDeliveries({ store: createSqliteStore({ file }), post, log: QUIET, everyMs: 20, holdMs: Number(holdMs) });
await sleep(60_000);
