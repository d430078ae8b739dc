// Chooses what sends a request: Deno's own fetch where it does as node:http does, and node:http everywhere else.

import type { DenoFetch } from './deno-exchange.js';
import { DENO_PROXY_VARIABLES, PROXY_VARIABLES } from './http-proxy.js';
import { isLoopbackName } from './loopback.js';
import type { Exchange, ExchangeOptions } from './types.js';

/** Opens what sends requests. What is not needed for them is not loaded. */
export function openExchange(options: ExchangeOptions): Exchange {
  const { Deno: deno } = globalThis as { Deno?: DenoFetch };
  const opened = new Map<'deno' | 'node', Promise<Exchange>>();
  const byDeno = deno && !options.insecure && !namesProxy(process.env) ? deno : undefined;
  const open = (url: URL) => {
    const own = byDeno && isLookedUpSafely(url) && url.href.length < LONGEST ? byDeno : undefined;
    const name = own ? 'deno' : 'node';
    const exchange = opened.get(name) ?? (own ? loadDeno(own, options) : loadNode(options));
    opened.set(name, exchange);
    return exchange;
  };
  return {
    preconnect: async (origin, count) => (await open(new URL(origin))).preconnect(origin, count),
    send: async (url, message, signal) => (await open(url)).send(url, message, signal),
    close: () => {
      for (const one of opened.values()) one.then(({ close }) => close()).catch(() => {});
    },
  };
}

/**
 * Whether there may be an HTTP proxy: Deno then takes it for other hosts than all actions do, and does not say what the
 * proxy refused.
 */
const namesProxy = (env: NodeJS.ProcessEnv) => [...PROXY_VARIABLES, ...DENO_PROXY_VARIABLES].some((name) => env[name]);

/** Characters of an address that Deno takes (MAX_LEN in uri/mod.rs of the crate http), with some to spare. */
const LONGEST = 60_000;

/** Whether a certificate proves who answers to a name of this machine, which Deno looks up as any other. */
const isLookedUpSafely = ({ protocol, hostname }: URL) => protocol === 'https:' || !isLoopbackName(hostname);

async function loadNode(options: ExchangeOptions): Promise<Exchange> {
  const { openNodeExchange } = await import(/* webpackMode: "eager" */ './node-exchange.js');
  return openNodeExchange(options);
}

async function loadDeno(deno: DenoFetch, { ca }: ExchangeOptions): Promise<Exchange> {
  const { openDenoExchange } = await import(/* webpackMode: "eager" */ './deno-exchange.js');
  return openDenoExchange(deno, ca);
}
