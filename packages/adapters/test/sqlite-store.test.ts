import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@marquee/core/ports';
import { createSqliteStore } from '../src/sqlite-store.ts';
import { describeAccountsContract } from './accounts-contract.ts';
import type { Engine } from './engine.ts';
import { describeStoreContract } from './store-contract.ts';

async function openSqliteStore(): Promise<Engine<Store>> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-store-'));
  const clients: Store[] = [];
  const another = async () => {
    const client = createSqliteStore({ file: join(folder, 'marquee.db') });
    clients.push(client);
    await client.setup();
    return client;
  };
  return {
    port: await another(),
    another,
    async close() {
      for (const client of clients) await client.close();
      await rm(folder, { recursive: true });
    },
  };
}

describeStoreContract('sqlite', openSqliteStore);
describeAccountsContract('sqlite', openSqliteStore);
