import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { type Daemon, startDaemon, untilReady } from './processes.ts';
import type { Service } from './service.ts';

/** Debian's own; the commands on the PATH change the user and drop the environment. */
const HOME = '/usr/lib/rabbitmq/lib';
const PROOF = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const START_MS = 60_000;
const USER = 'marquee';
const PASSWORD = 'marquee-test';

/** RabbitMQ with its management plugin, and a port mapper of its own that ends with it. */
export const rabbitmq: Service = {
  name: 'rabbitmq',
  packages: ['rabbitmq-server'],
  proof: PROOF,
  async start({ folder, port, asShipped = false }) {
    const ports = { broker: port, mapper: port + 1, cluster: port + 2, management: port + 3 };
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/plugins`, '[rabbitmq_management].\n');
    await writeFile(
      `${folder}/rabbitmq.conf`,
      [
        `listeners.tcp.1 = 127.0.0.1:${ports.broker}`,
        `management.tcp.ip = 127.0.0.1`,
        `management.tcp.port = ${ports.management}`,
        `default_user = ${USER}`,
        `default_pass = ${PASSWORD}`,
        ...(asShipped ? [] : ['collect_statistics_interval = 500']),
        // The machine of a test is shared: neither its memory nor its disk says anything of the broker's.
        'vm_memory_high_watermark.absolute = 2GB',
        'disk_free_limit.absolute = 50MB',
        '',
      ].join('\n'),
    );
    const quick = asShipped ? '' : '{quorum_tick_interval, 500}';
    await writeFile(`${folder}/advanced.config`, `[{rabbit, [${quick}]}].\n`);
    const settings = {
      HOME: folder,
      RABBITMQ_NODENAME: `marquee-${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: ports.broker,
      RABBITMQ_DIST_PORT: ports.cluster,
      RABBITMQ_MNESIA_BASE: `${folder}/data`,
      RABBITMQ_LOG_BASE: `${folder}/log`,
      RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
      RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/advanced.config`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
      ERL_EPMD_PORT: ports.mapper,
      ERL_EPMD_ADDRESS: '127.0.0.1',
    };
    const env = Object.entries(settings).map(([name, value]) => `${name}=${value}`);

    const mapper = await startDaemon(
      'epmd',
      ['-port', `${ports.mapper}`, '-address', '127.0.0.1'],
      `${folder}/epmd.out`,
    );
    let broker: Daemon | null = null;
    const stop = async () => {
      await broker?.stop();
      endGroup(broker);
      await mapper.stop();
    };
    try {
      broker = await startDaemon('env', [...env, await serverScript()], `${folder}/rabbitmq.out`);
      await untilReady(broker, () => isUp(ports), START_MS);
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      env: {
        RABBITMQ_URL: `amqp://${USER}:${PASSWORD}@127.0.0.1:${ports.broker}`,
        RABBITMQ_MANAGEMENT_URL: `http://127.0.0.1:${ports.management}`,
      },
      stop,
    };
  },
};

/** The version is part of its path. */
async function serverScript(): Promise<string> {
  const version = (await readdir(HOME)).find((name) => name.startsWith('rabbitmq_server-'));
  return `${HOME}/${version}/sbin/rabbitmq-server`;
}

/** The script waits for the machine that it started, which outlives a script that was ended by force. */
function endGroup(broker: Daemon | null): void {
  const pid = broker?.child.pid;
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it runs any more.
  }
}

/** True once it lets its user in and takes connections. */
async function isUp(ports: { broker: number; management: number }): Promise<boolean> {
  const headers = { authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` };
  const url = `http://127.0.0.1:${ports.management}/api/health/checks/port-listener/${ports.broker}`;
  return fetch(url, { headers, signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}
