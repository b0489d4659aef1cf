import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { startDaemon, untilReady } from './processes.ts';
import type { Service } from './service.ts';

const START_MS = 10_000;

/** Redis, which keeps what it was told in an append-only file. */
export const redis: Service = {
  name: 'redis',
  packages: ['redis-server'],
  proof: '/usr/bin/redis-server',
  async start({ folder, port }) {
    await mkdir(folder, { recursive: true });
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
    const daemon = await startDaemon('redis-server', [...options, '--save', ''], `${folder}/redis.out`);
    await untilReady(daemon, () => answersPing(port), START_MS);
    return { env: { REDIS_URL: `redis://127.0.0.1:${port}` }, stop: () => daemon.stop() };
  },
};

/** While it loads its file it takes connections, and says so instead of PONG. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const end = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.write('PING\r\n');
  });
}
