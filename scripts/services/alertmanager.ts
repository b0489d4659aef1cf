import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDaemon, untilReady } from './processes.ts';
import { answers } from './prometheus.ts';
import type { Service } from './service.ts';

const START_MS = 20_000;
const SOURCE = new URL('../../deploy/monitoring/alertmanager.yaml', import.meta.url);

/**
 * Alertmanager with the configuration of `deploy/monitoring`, in a folder of its own, where it can be changed (then POST
 * /-/reload). A Prometheus that is started beside it finds it.
 */
export const alertmanager: Service = {
  name: 'alertmanager',
  packages: ['prometheus-alertmanager'],
  proof: '/usr/bin/prometheus-alertmanager',
  async start({ folder, port }) {
    const beside = join(folder, '..', 'prometheus', 'alertmanagers');
    for (const each of [folder, beside]) await mkdir(each, { recursive: true });
    const file = join(folder, 'alertmanager.yaml');
    await writeFile(file, await readFile(SOURCE));
    const daemon = await startDaemon(
      'prometheus-alertmanager',
      [
        `--config.file=${file}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // It is the only one.
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
      join(folder, 'alertmanager.out'),
    );
    const url = `http://127.0.0.1:${port}`;
    await untilReady(daemon, () => answers(`${url}/-/ready`), START_MS);
    await writeFile(join(beside, 'alertmanager.json'), JSON.stringify([{ targets: [`127.0.0.1:${port}`] }]));
    return { env: { ALERTMANAGER_URL: url, ALERTMANAGER_FILE: file }, stop: () => daemon.stop() };
  },
};
