// Requests by Deno's own fetch, which is part of it: it takes less than half of the time of node:http over node:tls.

import { readBody } from './body.js';
import { certificatesIn } from './trust.js';
import type { Exchange } from './types.js';

interface Client {
  close: () => void;
}

/** What Deno has in addition to the Fetch Standard. */
export interface DenoFetch {
  createHttpClient: (options: { caCerts: string[]; http2: boolean; poolMaxIdlePerHost?: number }) => Client;
}

/** @param ca PEM text of a private CA, trusted in addition to Deno's own roots */
export function openDenoExchange(deno: DenoFetch, ca: string | undefined): Exchange {
  const options = { caCerts: certificatesIn(ca ?? ''), http2: false };
  const kept = deno.createHttpClient(options);
  // Deno repeats a request whose connection was used before and breaks, a POST too (FetchRetry in ext/fetch/lib.rs).
  const fresh = deno.createHttpClient({ ...options, poolMaxIdlePerHost: 0 });
  return {
    preconnect: async () => {},
    send: async (url, message, signal) => {
      try {
        const client = message.method === 'POST' ? fresh : kept;
        const response = await fetch(url, { ...message, redirect: 'manual', signal, ...{ client } });
        const { status, headers, body } = response;
        return { status, headers, body: (await readBody(body ?? [])).toString('utf8') };
      } catch (error) {
        throw withoutAddress(error);
      }
    },
    close: () => {
      kept.close();
      fresh.close();
    },
  };
}

/** The same error without the address of the request, whose query may hold a code. */
function withoutAddress(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return cause;
  const [, told] = /^error sending request .*?: (client error \(\w+\): .*)$/s.exec(cause.message) ?? [];
  return told ? new Error(told) : cause;
}
