import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client asked of SQS. */
interface SqsRequest {
  action: string;
  body: { QueueUrl?: string; WaitTimeSeconds?: number; Entries?: { DelaySeconds?: number; MessageBody: string }[] };
}

/** Stands between a client and the stand-in: writes down what was asked, and answers as AWS does where that does not. */
export interface SqsProxy {
  readonly endpoint: string;
  readonly requests: SqsRequest[];
  /** Answers every such action (`*`: all) with this error until called with null. */
  refuse(action: string, error: { status: number; type: string } | null): void;
  /** Takes requests and leaves them unanswered; or goes on with what comes from now on. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 in front of `target`. */
export async function createSqsProxy(target: string): Promise<SqsProxy> {
  const { hostname, port } = new URL(target);
  const requests: SqsRequest[] = [];
  const refusals = new Map<string, { status: number; type: string }>();
  let isFrozen = false;

  const answer = async (from: IncomingMessage, to: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of from) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const action = `${from.headers['x-amz-target']}`.replace('AmazonSQS.', '');
    requests.push({ action, body: JSON.parse(body.toString()) as SqsRequest['body'] });
    if (isFrozen) return;
    const refusal = refusals.get(action) ?? refusals.get('*');
    if (refusal) {
      to.writeHead(refusal.status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'test' });
      to.end(JSON.stringify({ __type: refusal.type, message: 'As AWS would say.' }));
      return;
    }
    const { method, headers, url } = from;
    const upstream = request({ hostname, port, method, path: url, headers }, (response) => {
      to.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(to);
    });
    upstream.on('error', () => to.destroy());
    to.on('close', () => upstream.destroy());
    upstream.end(body);
  };
  const server = createServer((from, to) => {
    answer(from, to).catch(() => to.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refuse: (action, error) => {
      if (error) refusals.set(action, error);
      else refusals.delete(action);
    },
    freeze: (frozen) => {
      isFrozen = frozen;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
