// Writes the JSON Schema of every message to docs/messages/. Run it after a change of packages/core/src/messages.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageSchemaFiles } from '@marquee/core/message-schemas';

const folder = join(import.meta.dirname, '..', 'docs', 'messages');
mkdirSync(folder, { recursive: true });
for (const { name, text } of messageSchemaFiles()) writeFileSync(join(folder, name), text);
process.stdout.write(`${messageSchemaFiles().length} schemas written to docs/messages\n`);
