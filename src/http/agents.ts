// The pools of connections beneath HTTP, one that is direct and one for each HTTP proxy, and how large a header may be.

import { Agent, type Dispatcher } from 'undici';
import { makeProxyAgent } from './proxy-agent.js';
import type { Transport } from './types.js';

const LIMITS = {
  maxHeaderSize: 1 << 20, // 14 chunks of a session cookie are 52 kB; the default limit is 16 kB
  connections: 2, // no step of a login has more requests on their way to one server
};

export interface Agents {
  /** The pool for an address, opened when it is first needed. */
  agentFor: (url: URL) => Promise<Dispatcher>;
  /** Drops all connections of all pools. */
  close: () => Promise<void>;
}

export function openAgents(transport: Transport): Agents {
  // A pool that cannot be opened is kept as well: its failure is the same for each request.
  const agents = new Map<string, Promise<Dispatcher>>();
  return {
    agentFor: (url) => {
      const proxy = transport.proxyFor(url.href);
      const agent = agents.get(proxy) ?? makeAgent(transport, proxy);
      agents.set(proxy, agent);
      return agent;
    },
    close: async () => {
      await Promise.allSettled([...agents.values()].map(async (agent) => (await agent).destroy()));
    },
  };
}

/** Opens a pool of connections, direct or through the HTTP proxy at `proxy`. */
async function makeAgent(transport: Transport, proxy: string): Promise<Dispatcher> {
  if (!proxy) return new Agent({ ...LIMITS, connect: transport.connections.connect });
  return makeProxyAgent(transport, proxy, LIMITS);
}

/** Lets one request be sent once: by itself, fetch repeats a POST that is answered with 421 (Fetch Standard, 4.4). */
export function withoutRetryOn421(agent: Dispatcher): Dispatcher {
  return agent.compose((dispatch) => {
    let sent = false;
    return (options, handler) => {
      if (sent) throw new Error('421: the server requires another connection');
      sent = true;
      return dispatch(options, handler);
    };
  });
}
