import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server } from 'node:net';
import { BSON } from 'mongodb';

/** A server that is there to be of no use. */
export interface BadServer {
  /** `127.0.0.1:PORT` */
  host: string;
  close(): Promise<void>;
}

/** @returns a host at which nobody listens, of late */
export async function closedHost(): Promise<string> {
  const server = await listening(createServer());
  await server.close();
  return server.host;
}

/** Takes connections and whatever is said, and never says a word. */
export function silentServer(): Promise<BadServer> {
  return listening(createServer((socket) => socket.resume()));
}

/** Answers every request as AWS does to a key that it does not know; the stand-in for SQS checks none. */
export function refusingSqs(): Promise<BadServer> {
  const server = createHttpServer((request, response) => {
    request.resume();
    response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify({ __type: 'com.amazon.coral.service#InvalidClientTokenId', message: 'The token is invalid.' }),
    );
  });
  return listening(server);
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** Greets as MongoDB does, and lets nobody in; the stand-in for MongoDB knows no users. */
export function refusingMongo(): Promise<BadServer> {
  const greeting = {
    ok: 1,
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    minWireVersion: 0,
    maxWireVersion: 17,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    saslSupportedMechs: ['SCRAM-SHA-256'],
  };
  const refusal = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' };
  const answer = (request: Buffer): Buffer | null => {
    const [requestId, operation] = [request.readInt32LE(4), request.readInt32LE(12)];
    const isGreeting = /hello|ismaster/i.test(request.toString('latin1')) && !request.includes('saslStart');
    const document = BSON.serialize(isGreeting ? greeting : refusal);
    const header = Buffer.alloc(16);
    header.writeInt32LE(requestId, 8);
    const body = operation === OP_QUERY ? Buffer.alloc(20) : Buffer.alloc(5);
    if (operation === OP_QUERY) body.writeInt32LE(1, 16);
    header.writeInt32LE(operation === OP_QUERY ? OP_REPLY : OP_MSG, 12);
    header.writeInt32LE(header.length + body.length + document.length, 0);
    return Buffer.concat([header, body, document]);
  };
  const server = createServer((socket) => {
    let pending = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes]);
      while (pending.length >= 4 && pending.length >= pending.readInt32LE(0)) {
        const size = pending.readInt32LE(0);
        socket.write(answer(pending.subarray(0, size)) as Buffer);
        pending = pending.subarray(size);
      }
    });
  });
  return listening(server);
}

async function listening(server: Server): Promise<BadServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
