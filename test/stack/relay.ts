// A hostile tracking server: it relays an authorization request that somebody began elsewhere, and keeps what it is asked.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Stack } from './stack.js';

export interface Relay {
  address: string;
  /** The request lines' addresses, with their queries. */
  asked: string[];
  close: () => void;
}

/** @param location of the login to relay @param cookies that were set at its start */
export async function startRelay(location: string, cookies: string[]): Promise<Relay> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(302, { location, 'set-cookie': cookies }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

/** An authorization request of another client, with the challenge and the state of whoever began it. */
export function requestOfAnotherClient(stack: Stack): string {
  const query = new URLSearchParams({
    client_id: 'another-client',
    redirect_uri: `${stack.address}/clusters/c1/mlflow/oauth2/callback`,
    response_type: 'code',
    scope: 'openid email profile groups offline_access',
    state: `${randomBytes(32).toString('base64url')}:/`,
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
  });
  return `${stack.address}/dex/auth?${query}`;
}

/** What a GET with these headers is answered. */
export async function ask(stack: Stack, path: string, headers: Record<string, string> = {}) {
  const request = get(`${stack.address}${path}`, { ca: readFileSync(stack.caFile), headers });
  const [answer] = await once(request, 'response');
  answer.resume();
  const { location = '', 'set-cookie': cookies = [] } = answer.headers;
  return { status: answer.statusCode as number, location: String(location), cookies: [cookies].flat() as string[] };
}
