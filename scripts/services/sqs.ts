import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startDaemon, untilReady } from './processes.ts';
import type { Service } from './service.ts';

const STAND_IN = fileURLToPath(new URL('./sqs/stand-in.ts', import.meta.url));
const START_MS = 15_000;

/**
 * Not SQS, which is had from AWS alone, but a stand-in that speaks its protocol (fauxqs). It checks no credentials,
 * has no StartMessageMoveTask, and its counts are never late. It keeps queues and messages on disk.
 */
export const sqs: Service = {
  name: 'sqs',
  packages: [],
  proof: STAND_IN,
  async start({ folder, port }) {
    await mkdir(folder, { recursive: true });
    const daemon = await startDaemon(process.execPath, [STAND_IN, String(port), folder], `${folder}/sqs.out`);
    const endpoint = `http://127.0.0.1:${port}`;
    const answers = () =>
      fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(1000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    await untilReady(daemon, answers, START_MS);
    return {
      env: {
        SQS_ENDPOINT: endpoint,
        AWS_REGION: 'us-east-1',
        // Of the test server alone, and the same as for S3.
        AWS_ACCESS_KEY_ID: 'marquee-test-access',
        AWS_SECRET_ACCESS_KEY: 'marquee-test-secret',
      },
      stop: () => daemon.stop(),
    };
  },
};
