// Agents of node:http over connections that are opened elsewhere, and what opens them through an HTTP proxy.

import { Agent, type AgentOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ConnectOptions, type Connector, openConnector } from './connect.js';
import { tunnelThrough } from './tunnel.js';

const DENO = 'Deno' in globalThis;

/**
 * An agent for requests with `http:` as their protocol: the connections themselves are TLS where the server's are.
 * @param open opens one connection to the only server of this agent
 * @param options under Deno, each request gets a connection of its own: it repeats a request, a POST too, whose connection
 *   was used before and breaks (Deno 2.9)
 */
export function agentOver(open: () => Promise<Duplex>, options: AgentOptions): Agent {
  class OwnAgent extends Agent {
    override createConnection(_: unknown, done?: (error: Error | null, stream: Duplex) => void): undefined {
      open().then(
        (socket) => done?.(null, socket),
        (error) => done?.(error, undefined as never),
      );
    }
  }
  return new OwnAgent(DENO ? { ...options, keepAlive: false } : options);
}

/**
 * A connector that reaches its targets through an HTTP proxy.
 * @param mask gets the password of the proxy
 */
export function connectorThrough(proxy: string, options: ConnectOptions, mask: (secret: string) => void): Connector {
  const toProxy = openConnector(options);
  const through = tunnelThrough({ proxy, connector: toProxy, timeout: options.timeout, mask });
  const connector = openConnector({ ...options, through });
  return {
    ...connector,
    close: () => {
      connector.close();
      toProxy.close();
    },
  };
}
