import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MarqueeError } from '@marquee/core/errors';

/** A small server for those who watch a process. */
export interface Listening {
  port: number;
  close(): Promise<void>;
}

/**
 * Has a server listen.
 *
 * @param at.variable the one that names the port, for the error
 * @throws MarqueeError CONFIG_INVALID if the port cannot be had
 */
export async function listen(server: Server, at: { host: string; port: number; variable: string }): Promise<Listening> {
  const { host, port, variable } = at;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be had (${cause.code})`;
      reject(new MarqueeError('CONFIG_INVALID', `Port ${port} ${why}. Set ${variable} to a free one.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
