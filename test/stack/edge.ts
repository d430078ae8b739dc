// The edge of the real stack: TLS with the tests' CA, the login API, and the ways to Dex and to one oauth2-proxy for each cluster.

import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { usualCertificate } from '../support/fake/certificates.js';
import { PATIENCE } from '../support/fake/platform.js';
import { loginApi } from './login-api.js';

export interface Edge {
  /** While on, each code is redeemed before its owner can do it. */
  thief: { on: boolean };
  /** Requests for tokens so far, by kind. */
  grants: { code: number; refresh: number; exchange: number };
  /** Requests that carried a password so far. */
  logins: { count: number };
  /** So many of the next requests for tokens are answered with 500, before they reach Dex. */
  tokenErrors: { next: number };
  /** Where codes went so far: path of each request with a code, and the names of its cookies. */
  codes: { path: string; cookies: string[] }[];
  close: () => Promise<void>;
}

/** @param clusters port of the oauth2-proxy of each cluster; may grow later */
export async function startEdge(
  port: number,
  dexPort: number,
  clusters: ReadonlyMap<string, number>,
  hasApi = true,
): Promise<Edge> {
  const issuer = `https://localhost:${port}/dex`;
  const api = loginApi(`http://127.0.0.1:${dexPort}/dex`, issuer);

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const raw = incoming.url ?? '/';
    const url = new URL(raw, issuer);
    const json = ({ status, body }: { status: number; body: unknown }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!hasApi && url.pathname.startsWith('/dex/') && url.pathname !== '/dex/token')
      return pass(incoming, response, dexPort, raw);
    if (url.pathname === '/dex/api/v1/authorize') return json(await api.authorize(url.search.slice(1)));
    if (url.pathname === '/dex/pubkey') return json(api.pubkey());
    if (url.pathname === '/dex/api/v1/connectors') return json({ status: 200, body: [{ conn_id: 'local' }] });
    if (url.searchParams.has('code')) codes.push({ path: url.pathname, cookies: cookieNames(incoming) });
    if (url.pathname === '/dex/api/v1/authorize/local') {
      logins.count++;
      return json(await api.login(url.searchParams.get('req') ?? '', await textOf(incoming)));
    }
    if (url.pathname === '/dex/token') return token(incoming, response);
    if (url.pathname.startsWith('/dex/')) return pass(incoming, response, dexPort, raw);
    const [, cluster = '', rest = ''] = /^\/clusters\/([^/]+)\/mlflow(\/.*|\?.*|)$/.exec(raw) ?? [];
    const proxy = clusters.get(cluster);
    if (proxy) return pass(incoming, response, proxy, rest.startsWith('/') ? rest : `/${rest}`);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Console</title>');
  };

  // Somebody else redeems each code first, as long as this is on.
  const thief = { on: false };
  const grants = { code: 0, refresh: 0, exchange: 0 };
  const logins = { count: 0 };
  const tokenErrors = { next: 0 };
  const codes: Edge['codes'] = [];
  /** Passes a request for tokens on, and counts it. */
  const token = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(incoming);
    const grant = new URLSearchParams(body).get('grant_type') ?? '';
    grants[grant === 'refresh_token' ? 'refresh' : grant.endsWith(':token-exchange') ? 'exchange' : 'code']++;
    if (tokenErrors.next > 0) {
      tokenErrors.next--;
      // Not "server_error", with which a login begins once more: Dex says that of a stale code.
      response.writeHead(500, { 'content-type': 'text/plain' }).end('out of order');
      return;
    }
    const { authorization } = incoming.headers;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization ? { authorization } : {}),
    };
    const redeem = () => fetch(`http://127.0.0.1:${dexPort}/dex/token`, { method: 'POST', headers, body });
    if (thief.on) await redeem();
    const answer = await redeem();
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  };

  // A busy machine may leave a connection idle for long before its next request.
  const limits = { maxHeaderSize: 1 << 20, keepAliveTimeout: PATIENCE };
  const server = createServer({ ...usualCertificate(), ...limits }, (incoming, response) => {
    handle(incoming, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    thief,
    grants,
    logins,
    tokenErrors,
    codes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Passes a request on as it is, and its answer back with each Set-Cookie apart. */
function pass(incoming: IncomingMessage, response: ServerResponse, port: number, path: string): void {
  const { method, headers } = incoming;
  const onward = httpRequest({ host: '127.0.0.1', port, path, method, headers, maxHeaderSize: 1 << 20 }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  onward.on('error', () => response.headersSent || response.writeHead(502).end());
  incoming.pipe(onward);
}

function cookieNames({ headers }: IncomingMessage): string[] {
  return (headers.cookie ?? '')
    .split('; ')
    .filter(Boolean)
    .map((pair) => pair.slice(0, pair.indexOf('=')));
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
