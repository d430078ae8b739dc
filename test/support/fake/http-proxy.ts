// An HTTP proxy on loopback that opens CONNECT tunnels, whatever the name asked for, to one port of this machine.

import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface HttpProxy {
  address: string;
  /** The hosts asked for, with the Proxy-Authorization header they came with. */
  asked: { host: string; authorization: string | undefined }[];
  /** Connections that were opened. */
  connections: () => number;
  close: () => Promise<void>;
}

/**
 * @param login `user:password` that is asked for, if any
 * @param schemes what a refusal tells in Proxy-Authenticate
 */
export async function startHttpProxy(
  targetPort: number,
  login?: string,
  schemes: readonly string[] = [],
): Promise<HttpProxy> {
  const asked: HttpProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  // A client may reset its connection at any time: before a tunnel, in it, and after a refusal.
  const hold = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  };
  let connections = 0;
  server.on('connection', (socket) => {
    connections++;
    hold(socket);
  });
  server.on('connect', (request, client: Socket) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ host: request.url ?? '', authorization });
    if (login && authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      const lines = schemes.map((scheme) => `Proxy-Authenticate: ${scheme}\r\n`).join('');
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${lines}Content-Length: 0\r\n\r\n`);
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    hold(target);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
