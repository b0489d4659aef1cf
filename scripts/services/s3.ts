import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Daemon } from './processes.ts';
import { run, startDaemon, untilReady } from './processes.ts';
import { cephConf, monitorAddress } from './s3/ceph-conf.ts';
import type { RunningService, Service } from './service.ts';

const BUCKET = 'marquee-test';
const REGION = 'us-east-1';
/** Of the test server alone, which nobody but this machine can reach. */
const ACCESS_KEY_ID = 'marquee-test-access';
const SECRET_ACCESS_KEY = 'marquee-test-secret';

/** Ceph answers late while its first pools are made. */
const START_MS = 60_000;

/** The server, and its gateway alone: that is what tests of an outage stop, being quick. */
export interface RunningS3 extends RunningService {
  /** Ends what answers HTTP; the store behind it goes on. Connections are refused. */
  stopGateway(): Promise<void>;
  /** Starts it again and resolves when it answers. */
  startGateway(): Promise<void>;
  /** Freezes it, so that connections are taken and never answered; or lets it go on. */
  freezeGateway(frozen: boolean): void;
}

/** Ceph's object gateway over a cluster of one node: signatures, CORS, policies and multipart as S3 has them. */
export const s3: Service = {
  name: 's3',
  packages: ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-common'],
  proof: '/usr/bin/radosgw',
  start: startS3,
};

/** As `s3.start`, with a hand on the gateway. */
export async function startS3(options: { folder: string; port: number }): Promise<RunningS3> {
  const folder = resolve(options.folder);
  const { port } = options;
  const endpoint = `http://127.0.0.1:${port}`;
  const conf = join(folder, 'ceph.conf');
  const marker = join(folder, 'ready.json');
  const daemons: Daemon[] = [];
  let gateway: Daemon | null = null;

  const start = async (command: string, ...args: string[]) => {
    const daemon = await startDaemon(command, ['-c', conf, '-f', ...args], join(folder, `${command}.out`));
    daemons.push(daemon);
    return daemon;
  };
  const startGateway = async () => {
    if (gateway !== null) return;
    const started = await start('radosgw', '-n', 'client.admin');
    gateway = started;
    const answers = () =>
      fetch(endpoint, { signal: AbortSignal.timeout(1000) }).then(
        () => true,
        () => false,
      );
    await untilReady(started, answers, START_MS);
  };
  const stop = async () => {
    // In this order: the store writes what the gateway has, the monitor what the store tells.
    for (const daemon of daemons.splice(0).reverse()) await daemon.stop();
    gateway = null;
  };

  try {
    const before = await readFile(marker, 'utf8').catch(() => null);
    if (before !== null && (JSON.parse(before) as { port: number }).port !== port) {
      throw new Error(`The data in ${folder} was made for another port; remove the folder, or use that port.`);
    }
    if (before === null) await makeMonitor(folder, port);
    await start('ceph-mon', '-i', 'a');
    if (before === null) await makeStore(folder);
    await start('ceph-osd', '-i', '0', '--no-mon-config');
    if (before === null) {
      const user = ['--uid=marquee', '--display-name=Marquee'];
      const keys = [`--access-key=${ACCESS_KEY_ID}`, `--secret-key=${SECRET_ACCESS_KEY}`];
      await run('radosgw-admin', ['-c', conf, 'user', 'create', ...user, ...keys], START_MS);
    }
    await startGateway();
    await haveBucket(endpoint);
    await writeFile(marker, JSON.stringify({ port }));
  } catch (thrown) {
    const fallen = await Promise.all(daemons.map(async (daemon) => (daemon.ended() ? daemon.words() : '')));
    await stop();
    throw new Error(`S3 did not start: ${(thrown as Error).message}\n${fallen.join('\n')}`.trim());
  }

  return {
    env: {
      S3_ENDPOINT: endpoint,
      S3_BUCKET: BUCKET,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
      MEDIA_BASE_URL: `${endpoint}/${BUCKET}`,
    },
    stop,
    startGateway,
    async stopGateway() {
      await gateway?.stop();
      if (gateway) daemons.splice(daemons.indexOf(gateway), 1);
      gateway = null;
    },
    freezeGateway: (frozen) => gateway?.child.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
  };
}

/** Makes an empty cluster: its keys, its configuration and its monitor's data. */
async function makeMonitor(folder: string, port: number): Promise<void> {
  // Left by a first start that did not get to its end.
  await rm(folder, { recursive: true, force: true });
  for (const name of ['mon', 'osd']) await mkdir(join(folder, name), { recursive: true });
  const clusterId = randomUUID();
  const keyring = join(folder, 'keyring');
  const monmap = join(folder, 'monmap');
  const conf = join(folder, 'ceph.conf');
  await writeFile(conf, cephConf({ folder, port, clusterId }));
  const all = (of: string) => ['--cap', of, 'allow *'];
  const key = (name: string, ...caps: string[]) => run('ceph-authtool', [keyring, '--gen-key', '-n', name, ...caps]);
  await run('ceph-authtool', ['--create-keyring', keyring]);
  await key('mon.', ...all('mon'));
  await key('client.admin', ...all('mon'), ...all('osd'), ...all('mgr'));
  // The monitor refuses a new store whose rights differ from these by a letter.
  const asStore = (of: string) => ['--cap', of, 'allow profile osd'];
  await key('osd.0', ...asStore('mon'), ...asStore('mgr'), ...all('osd'));
  await run('monmaptool', ['--create', '--fsid', clusterId, '--addv', 'a', monitorAddress(port), monmap]);
  await run('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring]);
}

/** Makes the store's data and has the running monitor know it, both under one UUID. */
async function makeStore(folder: string): Promise<void> {
  const conf = join(folder, 'ceph.conf');
  const storeId = randomUUID();
  const secretFile = join(folder, 'osd-secret.json');
  const secret = (await run('ceph-authtool', [join(folder, 'keyring'), '-n', 'osd.0', '-p'])).trim();
  await writeFile(secretFile, JSON.stringify({ cephx_secret: secret }), { mode: 0o600 });
  await run('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', storeId, '--no-mon-config']);
  await run('ceph', ['-c', conf, '--connect-timeout', '30', 'osd', 'new', storeId, '-i', secretFile]);
}

/** Makes the bucket unless it stands, and has one object written: the gateway answers before its store does. */
async function haveBucket(endpoint: string): Promise<void> {
  const client = new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY },
  });
  const trial = { Bucket: BUCKET, Key: 'started' };
  try {
    await client.send(new HeadBucketCommand({ Bucket: BUCKET })).catch((thrown: { name: string }) => {
      if (thrown.name !== 'NotFound') throw thrown;
      return client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    });
    await client.send(new PutObjectCommand({ ...trial, Body: 'x' }));
    await client.send(new DeleteObjectCommand(trial));
  } finally {
    client.destroy();
  }
}
