// The pool of connections through one HTTP proxy: its login, and what it says where it opens no way.

import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { ProxyRefusal } from './proxy-refusal.js';
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
  const { origin, host, username, password } = new URL(proxy);
  note(`using the HTTP proxy ${host}`);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const token = `Basic ${Buffer.from(login).toString('base64')}`;
  if (username) for (const secret of [decodeURIComponent(password), token.slice('Basic '.length)]) mask(secret);
  const secureContext = insecure ? undefined : connections.trust();
  const tls = { ...(secureContext ? { secureContext } : {}), rejectUnauthorized: !insecure, timeout: requestTimeout };
  return new ProxyAgent({
    ...limits,
    uri: origin,
    ...(username ? { token } : {}),
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
    const schemes = schemesIn([answer.headers['proxy-authenticate'] ?? []].flat().join(', '));
    throw new ProxyRefusal(answer.statusCode, schemes);
  }
}

/** The names of the schemes in a list of challenges (RFC 9110, 11.6.1), without their parameters. */
function schemesIn(challenges: string): string[] {
  const names = challenges.replace(/"[^"]*"/g, '').matchAll(/(?:^|,)\s*([\w-]+)(?=\s*(?:,|$)|\s+[^\s=])/g);
  return [...new Set([...names].flatMap(([, name]) => name ?? []))];
}
