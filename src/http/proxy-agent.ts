// The pool of connections through one HTTP proxy: its login, and what it says where it opens no way.

import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { loginFor, ProxyRefusal, schemesIn } from './proxy-refusal.js';
import type { Transport } from './types.js';

/**
 * Opens a pool of connections through the HTTP proxy at `proxy`. Its password, if it has one, is sent as Basic (RFC 7617).
 * @param limits of the pool
 */
export function makeProxyAgent(
  { connections, insecure, requestTimeout, note, mask }: Transport,
  proxy: string,
  limits: object,
): Dispatcher {
  const { origin, host } = new URL(proxy);
  note(`using the HTTP proxy ${host}`);
  const token = loginFor(proxy, mask);
  const secureContext = insecure ? undefined : connections.trust();
  const tls = { ...(secureContext ? { secureContext } : {}), rejectUnauthorized: !insecure, timeout: requestTimeout };
  return new ProxyAgent({
    ...limits,
    uri: origin,
    ...(token ? { token } : {}),
    requestTls: tls,
    proxyTls: tls,
    clientFactory: (address, options) => new TunnelPool(address, options),
  });
}

/** Fails with what the proxy says, of which undici would tell the status alone. */
class TunnelPool extends Pool {
  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override async connect(options: Dispatcher.ConnectOptions, callback: never): Promise<never>;
  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options);
    if (answer.statusCode === 200) return answer;
    answer.socket.on('error', () => {}).destroy();
    throw new ProxyRefusal(answer.statusCode, schemesIn(answer.headers['proxy-authenticate']));
  }
}
