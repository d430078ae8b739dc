// The connections beneath HTTP: which certificates count, through which web proxy, and how large a header may be.

import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Transport } from './http.js';

const MAX_HEADER_BYTES = 1 << 20; // 14 chunks of a session cookie are 52 kB; the default limit is 16 kB

/** Opens a pool of connections, direct or through the web proxy at `proxy`. */
export function makeAgent(transport: Transport, proxy: string): Dispatcher {
  const tls = {
    ...(transport.ca ? { ca: transport.ca } : {}),
    ...(transport.insecure ? { rejectUnauthorized: false } : {}),
    timeout: transport.requestTimeout,
  };
  const limits = { maxHeaderSize: MAX_HEADER_BYTES };
  if (!proxy) return new Agent({ ...limits, connect: tls });
  const { origin, host, username, password } = new URL(proxy);
  transport.note(`using the web proxy ${host}`);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const token = `Basic ${Buffer.from(login).toString('base64')}`;
  if (username)
    for (const secret of [decodeURIComponent(password), token.slice('Basic '.length)]) transport.mask(secret);
  return new ProxyAgent({ ...limits, uri: origin, ...(username ? { token } : {}), requestTls: tls, proxyTls: tls });
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
