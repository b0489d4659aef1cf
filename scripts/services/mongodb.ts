import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, startDaemon, untilReady } from './processes.ts';
import type { Service } from './service.ts';

const HERE = fileURLToPath(new URL('./mongodb/', import.meta.url));
const START_MS = 30_000;
const FETCH_MS = 180_000;

/**
 * Not MongoDB but a stand-in that speaks its protocol (mongo-java-server), because no MongoDB can be had as a package
 * of Debian: without sessions and transactions. It keeps its data in a file; ended by force it loses the last second.
 */
export const mongodb: Service = {
  name: 'mongodb',
  packages: ['openjdk-17-jdk-headless', 'maven'],
  proof: '/usr/bin/mvn',
  async start({ folder, port }) {
    await mkdir(folder, { recursive: true });
    const program = await fetchProgram();
    const java = [
      '-Xmx2g',
      '-Xmn256m',
      '-XX:+UseSerialGC',
      '-cp',
      `${program}/*`,
      join(HERE, 'StandIn.java'),
      String(port),
      join(folder, 'data.h2'),
    ];
    const daemon = await startDaemon('java', java, join(folder, 'mongodb.out'));
    await untilReady(daemon, () => isListening(port), START_MS);
    return { env: { MONGODB_URL: `mongodb://127.0.0.1:${port}/marquee` }, stop: () => daemon.stop() };
  },
};

/** @returns a folder with the program's files, fetched by Maven once for every version of their list */
async function fetchProgram(): Promise<string> {
  const list = await readFile(join(HERE, 'pom.xml'));
  const version = createHash('sha256').update(list).digest('hex').slice(0, 12);
  const folder = join(homedir(), '.cache', 'marquee', `mongodb-stand-in-${version}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`];
  await run('mvn', ['-q', '-B', '-f', join(HERE, 'pom.xml'), ...goal], FETCH_MS);
  // Two starts at once fetch the same: the first one stays.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  return folder;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
