// Plain requests to OpenID providers and to an oauth2-proxy, as the facts about them are seen: no product code.

import { createPublicKey, createSign, randomUUID } from 'node:crypto';
import { keyFor } from '../../support/fake/keys.js';

export interface Answer {
  status: number;
  /** The JSON of the answer, or {} for another one. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers of servers, which the tests look into
  body: any;
}

async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: {} };
  }
}

/** POST of a form, as to a token endpoint. */
export async function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return answer(await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) }));
}

/** A request to an admin API. @throws Error with the answer unless it is a success */
export async function admin(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
  const json = { 'content-type': 'application/json', ...headers };
  const response = await fetch(url, { method, headers: json, ...(body ? { body: JSON.stringify(body) } : {}) });
  const seen = await answer(response);
  if (!response.ok) throw new Error(`${method} ${url}: ${seen.status} ${JSON.stringify(seen.body)}`);
  return seen.body;
}

/** HTTP Basic of a client, each part form-encoded first (RFC 6749, section 2.3.1). */
export const basic = (id: string, secret: string) => rawBasic(encodeURIComponent(id), encodeURIComponent(secret));

/** HTTP Basic without that encoding. */
export const rawBasic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

const KEY_ID = 'ci-key';
/** The private key of the clients that authenticate with one. */
export const clientKey = () => keyFor('login');
/** Its public part, for the provider. */
export const clientJwk = () => ({
  ...createPublicKey(clientKey()).export({ format: 'jwk' }),
  kid: KEY_ID,
  use: 'sig',
  alg: 'RS256',
});

/** A client assertion (RFC 7523, section 3). @param more claims that differ */
export function assertion(
  client: string,
  aud: string | string[],
  more: Record<string, unknown> = {},
  key = clientKey(),
) {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: client, sub: client, aud, iat, exp: iat + 60, jti: randomUUID(), ...more };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'RS256', kid: KEY_ID })}.${encode(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}

/** The parameters that carry an assertion in place of a secret. */
export const asserted = (client_assertion: string) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion,
});

/** The part of a JWT before its signature, or {} for an opaque token. */
export function claimsOf(token = ''): Record<string, unknown> {
  const [, payload] = token.split('.');
  return payload && token.startsWith('ey') ? JSON.parse(Buffer.from(payload, 'base64url').toString()) : {};
}

/** What an oauth2-proxy answers to a token: the status of its userinfo, that of MLflow behind it, and the identity. */
export async function atProxy(proxy: string, token: string, scheme = 'Bearer') {
  const headers = { authorization: `${scheme} ${token}` };
  const userinfo = await answer(await fetch(`${proxy}/oauth2/userinfo`, { headers, redirect: 'manual' }));
  const path = '/api/2.0/mlflow/experiments/search?max_results=1';
  const workspace = { 'x-mlflow-workspace': 'team-a' };
  const mlflow = await fetch(proxy + path, { headers: { ...headers, ...workspace }, redirect: 'manual' });
  await mlflow.body?.cancel();
  return { userinfo: userinfo.status, mlflow: mlflow.status, email: userinfo.body.email as string | undefined };
}

/** The statuses alone. */
export async function statusesAt(proxy: string, token: string): Promise<number[]> {
  const { userinfo, mlflow } = await atProxy(proxy, token);
  return [userinfo, mlflow];
}

/** A token that passes, and one that does not where oauth2-proxy begins a login instead. */
export const PASSES = { userinfo: 200, mlflow: 200 };
export const REFUSED = { userinfo: 401, mlflow: 302, email: undefined };
