// An MLflow of which a test decides all: plain http on loopback, with every request it got, and its sockets.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that came, whole. */
export interface Arrived {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: Buffer;
  /** How many requests came on this connection before. */
  before: number;
}

export interface TestUpstream {
  /** A tracking URI there, with a path. */
  uri: string;
  port: number;
  arrived: Arrived[];
  close: () => Promise<void>;
}

type Handler = (request: Arrived, response: ServerResponse, socket: Socket) => void;

/** @param handle answers; by default with an empty JSON object */
export async function startUpstream(
  handle: Handler = (_, response) => void response.setHeader('content-type', 'application/json').end('{}'),
  port = 0,
): Promise<TestUpstream> {
  const arrived: Arrived[] = [];
  const counts = new WeakMap<Socket, number>();
  const server = createServer({ keepAliveTimeout: 600_000, maxHeaderSize: 1 << 20 }, async (incoming, response) => {
    const chunks: Buffer[] = [];
    const { socket, method = '', url = '', headers, rawHeaders } = incoming;
    const before = counts.get(socket) ?? 0;
    counts.set(socket, before + 1);
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return;
    }
    const request = { method, url, headers, rawHeaders, body: Buffer.concat(chunks), before };
    arrived.push(request);
    handle(request, response, socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: got } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${got}/clusters/c1/mlflow`,
    port: got,
    arrived,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
