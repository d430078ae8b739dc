// Requests by Deno's own fetch, which is part of it: it takes less than half of the time of node:http over node:tls.

import { readBody } from './body.js';
import { certificatesIn } from './trust.js';
import type { Exchange, Message } from './types.js';

interface Client {
  close: () => void;
}

/** What Deno has in addition to the Fetch Standard. */
export interface DenoFetch {
  createHttpClient: (options: { caCerts: string[]; http2: boolean }) => Client;
}

/** @param ca PEM text of a private CA, trusted in addition to Deno's own roots */
export function openDenoExchange(deno: DenoFetch, ca: string | undefined): Exchange {
  const client = deno.createHttpClient({ caCerts: certificatesIn(ca ?? ''), http2: false });
  return {
    preconnect: async () => {},
    send: async (url, message, signal) => {
      try {
        const response = await fetch(url, { ...sentOnce(message), redirect: 'manual', signal, ...{ client } });
        const { status, headers, body } = response;
        return { status, headers, body: (await readBody(body ?? [])).toString('utf8') };
      } catch (error) {
        throw withoutAddress(error);
      }
    },
    close: () => client.close(),
  };
}

/**
 * With a body that can be read but once: Deno repeats a request whose connection was used before and breaks, a POST too
 * (FetchRetry in ext/fetch/lib.rs). It goes in chunks, which every HTTP/1.1 server reads (RFC 9112, 7.1); a connection for
 * each POST, with a length, would take three round trips more.
 */
function sentOnce({ body, ...message }: Message): RequestInit {
  if (body === undefined) return message;
  const stream = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(body));
      controller.close();
    },
  });
  return { ...message, body: stream };
}

/** The same error without the address of the request, whose query may hold a code. */
function withoutAddress(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return cause;
  const [, told] = /^error sending request .*?: (client error \(\w+\): .*)$/s.exec(cause.message) ?? [];
  return told ? new Error(told) : cause;
}
