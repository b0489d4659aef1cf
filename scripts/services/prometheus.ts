import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startDaemon, untilReady } from './processes.ts';
import type { Service } from './service.ts';

const START_MS = 20_000;
const SOURCES = new URL('../../deploy/monitoring/', import.meta.url);
/** So that tests need not wait for what happens four times a minute. */
const TEST_INTERVAL = '1s';
/** An alert that Alertmanager did not hear is told again after a minute, as shipped. */
const TEST_RESEND = '2s';

interface Configuration {
  global: { scrape_interval: string; evaluation_interval: string };
  rule_files: string[];
  alerting: { alertmanagers: unknown[] };
  scrape_configs: { file_sd_configs: { files: string[]; refresh_interval: string }[] }[];
}

/**
 * Prometheus with the configuration and the alerts of `deploy/monitoring`, in a folder of its own: it scrapes what files in
 * `targets/` name, reads rules in `rules/` too (after POST /-/reload), and tells the Alertmanagers of `alertmanagers/`.
 */
export const prometheus: Service = {
  name: 'prometheus',
  packages: ['prometheus'],
  proof: '/usr/bin/prometheus',
  async start({ folder, port, asShipped = false }) {
    for (const name of ['targets', 'rules', 'alertmanagers']) await mkdir(join(folder, name), { recursive: true });
    const configuration = parse(await readFile(new URL('prometheus.yaml', SOURCES), 'utf8')) as Configuration;
    configuration.rule_files.push('rules/*.yaml');
    configuration.alerting.alertmanagers = [
      { file_sd_configs: [{ files: ['alertmanagers/*.json'], refresh_interval: TEST_INTERVAL }] },
    ];
    if (!asShipped) {
      configuration.global = { scrape_interval: TEST_INTERVAL, evaluation_interval: TEST_INTERVAL };
      for (const found of configuration.scrape_configs.flatMap((each) => each.file_sd_configs)) {
        found.refresh_interval = TEST_INTERVAL;
      }
    }
    await writeFile(join(folder, 'prometheus.yaml'), stringify(configuration));
    await writeFile(join(folder, 'alerts.yaml'), await readFile(new URL('alerts.yaml', SOURCES)));
    const url = `http://127.0.0.1:${port}`;
    const daemon = await startDaemon(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-lifecycle',
        ...(asShipped ? [] : [`--rules.alert.resend-delay=${TEST_RESEND}`]),
        '--log.level=warn',
      ],
      join(folder, 'prometheus.out'),
    );
    await untilReady(daemon, () => answers(`${url}/-/ready`), START_MS);
    return { env: { PROMETHEUS_URL: url, PROMETHEUS_FOLDER: folder }, stop: () => daemon.stop() };
  },
};

/** Whether a server of theirs says that it is ready. */
export function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
