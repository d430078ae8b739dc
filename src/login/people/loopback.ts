// The server on this machine to which the browser is redirected (RFC 8252, 7.3): it takes one answer, and reflects nothing.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseUrl } from '../../util/url.js';
import { same } from '../check-state.js';

/** A server that waits for the redirect. */
export interface Loopback {
  /** With its port. */
  redirectUri: string;
  /** The whole address of the redirect with the state that was sent; undefined where none comes in time. */
  answer: (state: string, seconds: number, signal: AbortSignal) => Promise<URL | undefined>;
  /** Requests with another state, which were ignored: anybody on this machine, and any web page, can send one. */
  ignored: () => number;
  close: () => void;
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  connection: 'close',
};

const PAGES = {
  200: 'mlflow-auth has received the response. You may close this window; the terminal shows whether the login succeeded.',
  400: 'This is not the response to the login that mlflow-auth has begun.',
  404: 'Not found.',
  405: 'Method not allowed.',
} as const;

/**
 * Listens at the host, port and path of a redirect URI; without a port, at a free one.
 * @param wanted loopback address
 * @throws Error of the system where the port is in use
 */
export async function listen(wanted: URL): Promise<Loopback> {
  let expected: string | undefined;
  let ignored = 0;
  let answered: (url: URL) => void = () => {};
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const url = parseUrl(request.url ?? '', redirectUri);
    const status = statusOf(request, url);
    if (status === 400) ignored++;
    // Also where the browser does not wait for the page.
    response.on('close', () => {
      if (status === 200 && url) answered(url);
    });
    reply(response, status);
  });
  /** The name in Host keeps out web pages that make a name of their own lead here (DNS rebinding). */
  const statusOf = ({ method, headers, url: raw = '' }: IncomingMessage, url: URL | undefined): keyof typeof PAGES => {
    const { host, pathname } = new URL(redirectUri);
    if (headers.host !== host || !raw.startsWith('/') || url?.host !== host || url.pathname !== pathname) return 404;
    if (method !== 'GET') return 405;
    const states = url.searchParams.getAll('state');
    if (expected === undefined || states.length !== 1 || !same(states[0] ?? '', expected)) return 400;
    // One answer: a second one finds nobody.
    expected = undefined;
    return 200;
  };
  server.listen({ host: wanted.hostname.replace(/^\[|\]$/g, ''), port: Number(wanted.port), exclusive: true });
  await once(server, 'listening');
  const address = new URL(wanted);
  address.port = String((server.address() as AddressInfo).port);
  const redirectUri = address.href;
  return {
    redirectUri,
    answer: async (state, seconds, signal) => {
      const found = new Promise<URL>((resolve) => {
        answered = resolve;
      });
      expected = state;
      const ended = new AbortController();
      const late = sleep(seconds * 1000, undefined, { signal: AbortSignal.any([signal, ended.signal]) });
      try {
        return await Promise.race([found, late]);
      } finally {
        expected = undefined;
        ended.abort();
        late.catch(() => {});
      }
    },
    ignored: () => ignored,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function reply(response: ServerResponse, status: keyof typeof PAGES): void {
  const page = `<!doctype html><html lang="en"><title>mlflow-auth</title><p>${PAGES[status]}</p></html>\n`;
  response.writeHead(status, { ...HEADERS, ...(status === 405 ? { allow: 'GET' } : {}) }).end(page);
}
