// Writes Grafana's dashboards to deploy/monitoring/grafana/dashboards. Run it after a change of deploy/monitoring/panels/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardFiles } from '../deploy/monitoring/dashboards.ts';

const folder = join(import.meta.dirname, '..', 'deploy', 'monitoring', 'grafana', 'dashboards');
mkdirSync(folder, { recursive: true });
const files = Object.entries(dashboardFiles());
for (const [name, text] of files) writeFileSync(join(folder, name), text);
process.stdout.write(`${files.length} dashboards written to deploy/monitoring/grafana/dashboards\n`);
