// Writes the description of the API to docs/api/openapi.json. Run it after a change of apps/web/server/v1/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiText } from '@marquee/web/server/v1/openapi';

const folder = join(import.meta.dirname, '..', 'docs', 'api');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'openapi.json'), openApiText());
process.stdout.write('docs/api/openapi.json written\n');
