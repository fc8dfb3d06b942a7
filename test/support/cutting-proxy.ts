import { createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestCluster } from './clusters.ts';

/** How a connection breaks: cut hard, closed as if it had ended, or standing still for ever. */
export type Break = 'reset' | 'close' | 'stall';

export interface CuttingProxy {
  port: number;
  /** After so many bytes from the server, over all connections, everything that goes through breaks. */
  breakAfter(kind: Break, bytes: number): void;
  /** Bytes from the server that went through so far. */
  passed(): number;
  /** Connections go through again; what stood still is hung up. */
  heal(): void;
  close(): Promise<void>;
}

/** A proxy on 127.0.0.1 in front of a cluster's Unix socket. */
export async function startCuttingProxy(cluster: TestCluster): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let kind: Break = 'reset';
  let left = Number.POSITIVE_INFINITY;
  let passed = 0;
  const cut = (): void => {
    for (const socket of sockets) {
      if (kind === 'reset' && clients.has(socket)) socket.resetAndDestroy();
      else if (kind === 'reset') socket.destroy();
      else if (kind === 'close') socket.end();
      else socket.pause();
    }
  };
  const server = createServer((client) => {
    const upstream = dial(join(cluster.socketDirectory, `.s.PGSQL.${cluster.port}`));
    clients.add(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        clients.delete(socket);
        if (kind !== 'stall' || left > 0) (socket === client ? upstream : client).destroy();
      });
    }
    client.on('data', (bytes) => {
      if (left > 0 || kind !== 'stall') upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      const through = bytes.subarray(0, Math.max(0, Math.min(bytes.length, left)));
      left -= bytes.length;
      passed += through.length;
      if (through.length > 0) client.write(through);
      if (left <= 0) setImmediate(cut);
    });
    if (left <= 0) cut();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    breakAfter(how, bytes) {
      [kind, left] = [how, bytes];
    },
    passed: () => passed,
    heal() {
      left = Number.POSITIVE_INFINITY;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
