// Which headers go up to the server and which come down to the client. Both are flat lists, as in Node's `rawHeaders`.

import { type Credential, headersOf, secretsOf } from '../login/credential.js';

/** Of one connection alone (RFC 9110, 7.6.1). */
const HOP_BY_HOP: readonly string[] = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-authentication-info'],
  ...['proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
];

/**
 * In addition to those: the client's own login, what MLflow's check of foreign origins would refuse, and what a server
 * trusts that believes to be asked by its own proxy (uvicorn and the assistant of MLflow do, from 127.0.0.1).
 */
const NOT_UP: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...['host', 'authorization', 'cookie', 'origin', 'referer', 'expect', 'forwarded', 'x-real-ip', 'content-length'],
]);
const NOT_UP_PREFIX = /^(x-forwarded-|x-auth-request-|x-original-|x-rewrite-|sec-fetch-)/;

/** With `set_authorization_header` and `set_xauthrequest`, oauth2-proxy puts the ID token into each answer. */
const NOT_DOWN: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...['authorization', 'gap-auth', 'gap-upstream-address', 'set-cookie', 'set-cookie2', 'alt-svc', 'clear-site-data'],
]);
const NOT_DOWN_PREFIX = /^(x-auth-request-|x-forwarded-)/;
/** Letters of a secret that is looked for in headers. */
const SHORTEST_SECRET = 8;
/** A token under whatever name. */
const TOKEN = /ey[\w-]{8,}\.ey[\w-]{8,}\.[\w-]{8,}/;

/** What a request upstream carries beside what the client has sent. */
export interface Upstream {
  /** Value of the Host header. */
  host: string;
  credential: Credential;
  workspace: string | undefined;
  /** Bytes of the body; undefined for chunks, null for no body. */
  length: number | undefined | null;
}

/** The headers of a request on its way up. */
export function headersUp(rawHeaders: readonly string[], { host, credential, workspace, length }: Upstream): string[] {
  const named = connectionNames(rawHeaders);
  const list: string[] = ['Host', host];
  const accept: string[] = [];
  let hasWorkspace = false;
  for (const [name, value] of pairs(rawHeaders)) {
    const key = name.toLowerCase();
    if (NOT_UP.has(key) || named.has(key) || NOT_UP_PREFIX.test(key)) continue;
    if (key === 'accept') {
      accept.push(value);
      continue;
    }
    hasWorkspace ||= key === 'x-mlflow-workspace';
    list.push(name, value);
  }
  list.push('Accept', withJson(accept.join(', ')));
  if (workspace && !hasWorkspace) list.push('X-MLFLOW-WORKSPACE', workspace);
  for (const [name, value] of Object.entries(headersOf(credential))) list.push(name, value);
  if (length === undefined) list.push('Transfer-Encoding', 'chunked');
  else if (length !== null) list.push('Content-Length', String(length));
  list.push('Connection', 'keep-alive');
  return list;
}

/** Without application/json, oauth2-proxy redirects a rejected request to its login in place of answering 401. */
function withJson(accept: string): string {
  if (accept === '') return '*/*, application/json';
  return /(^|,)\s*application\/json\s*(,|$)/i.test(accept) ? accept : `${accept}, application/json`;
}

/**
 * The headers of an answer on its way down.
 * @param local maps a Location
 */
export function headersDown(
  rawHeaders: readonly string[],
  credential: Credential,
  local: (location: string) => string,
): string[] {
  const named = connectionNames(rawHeaders);
  // A password of a few letters stands in many headers.
  const secrets = secretsOf(credential).filter(({ length }) => length >= SHORTEST_SECRET);
  return pairs(rawHeaders).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (NOT_DOWN.has(key) || named.has(key) || NOT_DOWN_PREFIX.test(key)) return [];
    if (TOKEN.test(value) || secrets.some((secret) => value.includes(secret))) return [];
    return [name, key === 'location' || key === 'content-location' ? local(value) : value];
  });
}

/**
 * Maps a Location of the server to the proxy: what is below the tracking URI becomes a path there; everything else stays
 * what it is for a client of the server.
 * @param prefix of the local paths
 */
export function localLocation(location: string, trackingUri: URL, target: string, prefix: string): string {
  const base = trackingUri.pathname.replace(/\/+$/, '');
  let url: URL;
  try {
    url = new URL(location, `${trackingUri.origin}${base}${target}`);
  } catch {
    return location;
  }
  // MLflow behind TLS believes to be reached by http.
  if (url.host !== trackingUri.host) return location;
  const below = url.pathname === base || url.pathname.startsWith(`${base}/`);
  if (!below) return url.href;
  return `${prefix}${url.pathname.slice(base.length) || '/'}${url.search}${url.hash}`;
}

/** The headers that Connection names, which are of one connection too. */
function connectionNames(rawHeaders: readonly string[]): Set<string> {
  const lists = pairs(rawHeaders).flatMap(([name, value]) => (name.toLowerCase() === 'connection' ? [value] : []));
  return new Set(
    lists
      .join(',')
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
}

function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[index * 2] ?? '',
    rawHeaders[index * 2 + 1] ?? '',
  ]);
}
