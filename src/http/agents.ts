// The pools of connections beneath HTTP: direct or through a web proxy, and how large a header may be.

import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Transport } from './types.js';

const LIMITS = {
  maxHeaderSize: 1 << 20, // 14 chunks of a session cookie are 52 kB; the default limit is 16 kB
  connections: 2, // no step of a login has more requests on their way to one server
};

/** Opens a pool of connections, direct or through the web proxy at `proxy`. */
export async function makeAgent(
  { connections, insecure, requestTimeout, note, mask }: Transport,
  proxy: string,
): Promise<Dispatcher> {
  if (!proxy) return new Agent({ ...LIMITS, connect: connections.connect });
  const { origin, host, username, password } = new URL(proxy);
  note(`using the web proxy ${host}`);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const token = `Basic ${Buffer.from(login).toString('base64')}`;
  if (username) for (const secret of [decodeURIComponent(password), token.slice('Basic '.length)]) mask(secret);
  const secureContext = insecure ? undefined : connections.trust();
  const tls = { ...(secureContext ? { secureContext } : {}), rejectUnauthorized: !insecure, timeout: requestTimeout };
  return new ProxyAgent({ ...LIMITS, uri: origin, ...(username ? { token } : {}), requestTls: tls, proxyTls: tls });
}

/** Lets one request be sent once: by itself, fetch repeats a POST that is answered with 421 (Fetch Standard, 4.4). */
export function once(agent: Dispatcher): Dispatcher {
  return agent.compose((dispatch) => {
    let sent = false;
    return (options, handler) => {
      if (sent) throw new Error('421: the server asks to be reached by another connection');
      sent = true;
      return dispatch(options, handler);
    };
  });
}
