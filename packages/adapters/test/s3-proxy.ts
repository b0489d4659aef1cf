import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** Stands between a client and the real server, and breaks what goes through. */
export interface FaultyProxy {
  readonly endpoint: string;
  /** How many connections were taken so far. */
  connections(): number;
  /** The methods of all requests so far. */
  methods(): string[];
  /** Ends the connection of the next answer after this many bytes of it. */
  cutAnswerAfter(bytes: number): void;
  /** Lets the next request that begins so (`PUT /`) through, and ends its connection instead of answering. */
  loseAnswerTo(beginning: string): void;
  /** Ends the connection of the next request that brings as many bytes. */
  cutRequestAfter(bytes: number): void;
  /** Takes connections and bytes and hands nothing on; or goes on handing on what comes from now on. */
  freeze(frozen: boolean): void;
  /** Ends all connections and refuses new ones; or takes them again. */
  refuse(refused: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 in front of `target`. */
export async function createFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const methods: string[] = [];
  let taken = 0;
  let frozen = false;
  let cutAnswerBytes: number | null = null;
  let cutRequestBytes: number | null = null;
  let lostBeginning: string | null = null;

  const keep = (socket: Socket, other: () => Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other().destroy();
    });
  };
  const server = createServer((client) => {
    taken++;
    const upstream = connect(Number(port), hostname);
    keep(client, () => upstream);
    keep(upstream, () => client);
    let requestBytes = 0;
    let answerBytes = 0;
    let loses = false;
    client.on('data', (bytes) => {
      if (frozen) return;
      const [method] = /^[A-Z]+(?= \/\S* HTTP)/.exec(bytes.toString('latin1')) ?? [];
      if (method) methods.push(method);
      if (lostBeginning !== null && bytes.toString('latin1').startsWith(lostBeginning)) {
        lostBeginning = null;
        loses = true;
      }
      requestBytes += bytes.length;
      if (cutRequestBytes !== null && requestBytes > cutRequestBytes) {
        cutRequestBytes = null;
        client.destroy();
        return;
      }
      answerBytes = 0;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (frozen) return;
      if (loses) {
        client.destroy();
        return;
      }
      requestBytes = 0;
      answerBytes += bytes.length;
      if (cutAnswerBytes !== null && answerBytes > cutAnswerBytes) {
        const left = bytes.length - (answerBytes - cutAnswerBytes);
        cutAnswerBytes = null;
        client.end(bytes.subarray(0, Math.max(left, 0)), () => client.destroy());
        return;
      }
      if (!client.write(bytes)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const end = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    endpoint: `http://127.0.0.1:${own}`,
    connections: () => taken,
    methods: () => methods,
    cutAnswerAfter: (bytes) => {
      cutAnswerBytes = bytes;
    },
    cutRequestAfter: (bytes) => {
      cutRequestBytes = bytes;
    },
    loseAnswerTo: (beginning) => {
      lostBeginning = beginning;
    },
    freeze: (yes) => {
      frozen = yes;
    },
    refuse: (yes) => (yes ? end() : listen(own)),
    close: end,
  };
}
