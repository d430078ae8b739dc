// Connections of node:http to one server, kept alive, with the trust, the HTTP proxy and the limits of a login.

import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { agentOver, connectorThrough } from './agent.js';
import { type ConnectOptions, openConnector } from './connect.js';
import { connectByDeno, denoNet } from './deno-tls.js';
import { certificatesIn } from './trust.js';

export interface ServerAgent {
  /** For requests with `http:` as their protocol: the connections themselves are TLS where the server's are. */
  agent: Agent;
  /** The same without connections that were used before, which a server may just be closing. */
  fresh: Agent;
  close: () => void;
}

/** Milliseconds that an idle connection is kept: less than servers keep theirs, so that few are closed in use. */
const IDLE = 4000;
/** Streams of events hold one each. */
const MOST = 256;

/**
 * @param server its origin counts
 * @param proxy address of the HTTP proxy on the way, or ''
 */
export function openServerAgent(
  server: URL,
  options: ConnectOptions,
  proxy: string,
  mask: (secret: string) => void,
): ServerAgent {
  const connector = proxy ? connectorThrough(proxy, options, mask) : openConnector(options);
  const net = denoNet();
  // Through an HTTP proxy, or without checks, only the other way works; large downloads then take as much memory.
  const byDeno = net && !proxy && !options.insecure && server.protocol === 'https:' ? net : undefined;
  const ca = certificatesIn(options.ca ?? '');
  const open = (): Promise<Duplex> =>
    byDeno ? connectByDeno(byDeno, server, ca, options.timeout) : connector.open(server);
  const agent = agentOver(open, { keepAlive: true, maxSockets: MOST, scheduling: 'lifo', timeout: IDLE });
  const fresh = agentOver(open, { keepAlive: false });
  return {
    agent,
    fresh,
    close: () => {
      for (const one of [agent, fresh]) one.destroy();
      connector.close();
    },
  };
}
