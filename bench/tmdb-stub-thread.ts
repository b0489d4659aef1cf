import { parentPort } from 'node:worker_threads';
import { startTmdbStub, type TmdbStub } from '../scripts/tmdb-stub.ts';

/** The invented catalogue beside whoever measures, so that neither waits for the other's turn. */
const stub = await startTmdbStub();
const { apiKey, url, imageUrl } = stub;
parentPort?.postMessage({ apiKey, url, imageUrl });
parentPort?.on('message', (mode: Parameters<TmdbStub['mode']>) => {
  stub.mode(...mode);
  parentPort?.postMessage('set');
});
