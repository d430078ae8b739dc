// Who may send what: the local token, one Host, and a request that can only reach MLflow. All is decided by the head alone.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { LocalAnswer } from './local-answer.js';
import { type PathFlaw, pathFlaw } from './local-path.js';

/** What requests are measured by. */
export interface Door {
  token: string;
  /** The token also counts as a prefix of the path: `/t/TOKEN`. */
  pathToken: boolean;
  /** Values of Host that lead here, in lower case; undefined where any name may, as on a network. */
  hosts: ReadonlySet<string> | undefined;
}

/** A request that may go on. */
export interface Admitted {
  /** What follows the tracking URI: path and query. */
  target: string;
  /** What preceded it: the prefix with the token, or ''. */
  prefix: string;
}

/** Node drops what is beyond 2,000 without a word. */
const MOST_HEADERS = 100;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export const PATH_PREFIX = '/t/';

/** Lets a request in, or says why not. */
export function admit(
  { rawHeaders, method = '', url = '', headers }: Pick<IncomingMessage, 'rawHeaders' | 'method' | 'url' | 'headers'>,
  door: Door,
): Admitted | LocalAnswer {
  if (rawHeaders.length > MOST_HEADERS * 2)
    return { ...BAD, status: 431, message: `more than ${MOST_HEADERS} headers.` };
  const hosts = valuesOf(rawHeaders, 'host');
  if (hosts.length > 1) return { ...BAD, message: 'more than one Host header.' };
  const [host = ''] = hosts;
  if (door.hosts ? !door.hosts.has(host.toLowerCase()) : host === '')
    return { status: 403, code: 'PERMISSION_DENIED', message: 'the Host header names another server.' };
  if (!METHODS.has(method)) return { ...BAD, status: 405, message: 'this method is not passed on.' };
  if (headers.upgrade !== undefined) return { ...BAD, status: 501, message: 'MLflow has no other protocols.' };
  const isRight = comparer(door.token);
  const given = door.pathToken ? tokenInPath(url) : undefined;
  if (given === undefined || !isRight(given.token)) {
    const refusal = refusalOf(valuesOf(rawHeaders, 'authorization'), isRight);
    if (refusal) return { status: 401, code: 'UNAUTHENTICATED', message: refusal };
  }
  const prefix = given && isRight(given.token) ? given.prefix : '';
  const target = url.slice(prefix.length).replace(/^(?=\?|$)/, prefix ? '/' : '');
  const flaw = pathFlaw(target);
  return flaw ? FLAWS[flaw] : { target, prefix };
}

const BAD = { status: 400, code: 'BAD_REQUEST' } as const;

const FLAWS: Readonly<Record<PathFlaw, LocalAnswer>> = {
  form: { ...BAD, message: 'the path is not one below the tracking URI.' },
  login: { status: 403, code: 'PERMISSION_DENIED', message: 'the paths of oauth2-proxy itself are not passed on.' },
};

/** In constant time, whatever the lengths. */
function comparer(token: string): (given: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (given) => timingSafeEqual(digest(given), expected);
}

/** What follows `/t/`, up to the next "/" or "?". */
function tokenInPath(url: string): { token: string; prefix: string } | undefined {
  const [prefix, token = ''] = /^\/t\/([^/?]*)/.exec(url) ?? [];
  return prefix === undefined ? undefined : { token, prefix };
}

/** What wins over the token that the proxy has given to a client (mlflow/utils/rest_utils.py, requests' netrc). */
const OVERRIDES =
  '~/.netrc (a line for 127.0.0.1, or "default"), ~/.mlflow/credentials, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD';

/** Why the Authorization headers do not let a request in; undefined where they do. */
function refusalOf(values: readonly string[], isRight: (token: string) => boolean): string | undefined {
  const [value] = values;
  if (value === undefined)
    return 'the request has no token. Set MLFLOW_TRACKING_TOKEN to the one that the proxy provides.';
  if (values.length > 1) return 'the request has more than one Authorization header.';
  const [, scheme = '', given = ''] = /^(bearer|basic) +(\S+)$/i.exec(value.trim()) ?? [];
  const basic = scheme.toLowerCase() === 'basic';
  const login = basic ? Buffer.from(given, 'base64').toString('utf8') : '';
  const token = basic ? login.slice(login.indexOf(':') + 1) : given;
  if (scheme && isRight(token)) return undefined;
  return basic
    ? `a username and password were sent in place of the token of the proxy. They come from ${OVERRIDES}: remove them.`
    : `the token is not that of this proxy. Set MLFLOW_TRACKING_TOKEN to the one that it provides. What else wins over it: ${OVERRIDES}.`;
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.flatMap((one, index) =>
    index % 2 === 0 && one.toLowerCase() === name ? [rawHeaders[index + 1] ?? ''] : [],
  );
}
