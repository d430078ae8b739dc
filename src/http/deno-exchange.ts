// Requests by Deno's own fetch, which is part of it: it takes less than half of the time of node:http over node:tls.

import { readBody } from './body.js';
import { hasPassword } from './headers.js';
import { certificatesIn } from './trust.js';
import type { Exchange, Message } from './types.js';

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
  const client = deno.createHttpClient(options);
  const exchange = async (url: URL, request: RequestInit, by: Client) => {
    const response = await fetch(url, { ...request, redirect: 'manual', ...{ client: by } });
    const { status, headers, body } = response;
    return { status, headers, body: (await readBody(body ?? [])).toString('utf8') };
  };
  /** On a connection of its own, on which Deno repeats nothing. */
  const alone = (url: URL, request: RequestInit) => {
    const unpooled = deno.createHttpClient({ ...options, poolMaxIdlePerHost: 0 });
    return exchange(url, request, unpooled).finally(() => unpooled.close());
  };
  return {
    preconnect: async () => {},
    send: async (url, message, signal) => {
      try {
        if (message.body === undefined && hasPassword(message.headers)) return await alone(url, { ...message, signal });
        const answer = await exchange(url, { ...sentOnce(message), signal }, client);
        if (answer.status !== 411 || message.body === undefined) return answer;
        // The server wants a length before it reads the body (RFC 9110, 15.5.12).
        return await alone(url, { ...message, signal });
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
