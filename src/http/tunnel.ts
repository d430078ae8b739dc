// Opens the way to a server through an HTTP proxy, one connection at a time (CONNECT; RFC 9110, 9.3.6).

import { request } from 'node:http';
import type { Socket } from 'node:net';
import { socketAddress } from '../util/url.js';
import type { Connector, Target } from './connect.js';
import { loginFor, ProxyRefusal, schemesIn } from './proxy-refusal.js';

/** How to reach the HTTP proxy. */
export interface ProxyAccess {
  /** Its address, perhaps with user and password. */
  proxy: string;
  connector: Pick<Connector, 'open'>;
  /** Milliseconds until the proxy must have answered. */
  timeout: number;
  /** Gets the password of the proxy. */
  mask: (secret: string) => void;
}

/** @returns what opens a connection to a target @throws ProxyRefusal, or what `open` throws */
export function tunnelThrough({ proxy, connector, timeout, mask }: ProxyAccess): (target: Target) => Promise<Socket> {
  const url = new URL(proxy);
  const login = loginFor(proxy, mask);
  return async (target) => {
    const { port } = socketAddress(target);
    const path = `${target.hostname}:${port}`;
    const way = await connector.open(url);
    return new Promise((resolve, reject) => {
      const headers = { host: path, ...(login ? { 'proxy-authorization': login } : {}) };
      const asking = request({ method: 'CONNECT', path, headers, timeout, createConnection: () => way });
      asking.on('timeout', () =>
        asking.destroy(Object.assign(new Error(`no tunnel within ${timeout} ms`), { code: 'ETIMEDOUT' })),
      );
      asking.on('error', reject);
      asking.on('connect', (answer, socket) => {
        if (answer.statusCode === 200) {
          socket.setTimeout(0);
          return resolve(way);
        }
        way.destroy();
        reject(new ProxyRefusal(answer.statusCode ?? 0, schemesIn(answer.headers['proxy-authenticate'])));
      });
      asking.end();
    });
  };
}
