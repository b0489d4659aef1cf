// Writes the reference of all metrics to docs/metrics.md. Run it after a change of packages/core/src/metrics.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricsPage } from '@marquee/core/metrics-page';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'metrics.md'), metricsPage());
process.stdout.write('docs/metrics.md written\n');
