// The checks of single values: each returns the value as it will be used, or reports the problem.

import { createPrivateKey } from 'node:crypto';
import { errorMessage } from '../errors/errors.js';
import { isLoopback } from '../http/loopback.js';
import { withLineBreaks } from '../http/trust.js';
import { noCommand } from '../util/text.js';
import { parseUrl, withoutLogin } from '../util/url.js';
import type { Found, Sources } from './sources.js';
import type { Name, Row } from './table.js';
import type { OnProblem } from './types.js';

/** Longest value that a message quotes. */
const LONGEST = 80;

/**
 * A value in quotes and in one line, for messages, without the login of an address: that may stand in any setting by
 * mistake. What is long is not cut, since a part of a secret could be left of it.
 */
export function quoted(value: string): string {
  const line = noCommand(withoutLogin(value).replace(/\p{Cc}/gu, ' '));
  return line.length > LONGEST ? `a text of ${value.length} characters` : `"${line}"`;
}

/** A variable that a shell or a workflow should have replaced. A secret may look like one, so it is only noted. */
export function expansion(
  row: Row & { name: Name },
  found: Found | undefined,
  problem: OnProblem,
  note: (text: string) => void,
): void {
  if (!found || !/^\$\{?[A-Za-z_]\w*\}?$|\$\{\{/.test(found.value)) return;
  if (row.secret) note(`${row.name} (${found.from}) looks like an unexpanded variable`);
  else problem(row.name, `${quoted(found.value)} (${found.from}) contains an unexpanded variable.`, 'unexpanded');
}

export function boolean(name: Name, value: string, problem: OnProblem): boolean {
  const word = value.toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word !== 'false' && word !== '0') problem(name, `invalid ${quoted(value)}: expected true or false.`);
  return false;
}

export function seconds(name: Name, value: string, problem: OnProblem): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > 3600) problem(name, `invalid ${quoted(value)}: expected seconds from 1 to 3600.`);
  return number;
}

export function platformAddress(value: string, allowHttp: boolean, problem: OnProblem): string {
  return url('platform-address', value, allowHttp, problem)?.origin ?? '';
}

export function dexUrl(value: string, allowHttp: boolean, problem: OnProblem): string {
  return withoutSlash(url('dex-url', value, allowHttp, problem));
}

export function issuer(value: string, allowHttp: boolean, problem: OnProblem): string {
  return withoutSlash(url('issuer', value, allowHttp, problem));
}

const CLIENT_AUTH = ['auto', 'basic', 'post'] as const;

export function clientAuth(value: string, problem: OnProblem): (typeof CLIENT_AUTH)[number] {
  const known = CLIENT_AUTH.find((one) => one === value.toLowerCase());
  if (!known) problem('client-auth', `invalid ${quoted(value)}: expected auto, basic or post.`);
  return known ?? 'auto';
}

/** A private key as PEM text, whose line breaks may have been lost on its way through variables. */
export function privateKey(value: string, problem: OnProblem): string {
  if (!value) return '';
  const pem = isPrivateKey(value) ? value : withLineBreaks(value.replaceAll('\\n', '\n').trim());
  if (!isPrivateKey(pem))
    problem('client-key', 'invalid: expected an unencrypted private key in PEM: RSA, EC or Ed25519.');
  return pem;
}

/** Those that sign (RFC 7518, 3.1; RFC 8037, 3.1). */
const KEY_TYPES = new Set(['rsa', 'ec', 'ed25519']);

function isPrivateKey(pem: string): boolean {
  try {
    return pem.includes('PRIVATE KEY') && KEY_TYPES.has(createPrivateKey(pem).asymmetricKeyType ?? '');
  } catch {
    return false;
  }
}

export function trackingUri(value: string, allowHttp: boolean, problem: OnProblem): string {
  return withoutSlash(url('tracking-uri', value, allowHttp, problem));
}

/** Origin and path. */
const withoutSlash = (uri: URL | undefined): string => (uri ? (uri.origin + uri.pathname).replace(/\/+$/, '') : '');

export function redirectUri(value: string, problem: OnProblem): string {
  if (!parseUrl(value) && !value.startsWith('/'))
    problem('redirect-uri', `invalid ${quoted(value)}: expected a URL or a path.`);
  return value;
}

/** RFC 1123 label or subdomain, as Kubernetes names things. */
export function cluster(value: string, problem: OnProblem): boolean {
  const good = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/i.test(value);
  if (!good) problem('cluster', `invalid ${quoted(value)}: expected letters, digits, "-" and ".".`);
  return good;
}

const RESERVED = new Set(['workspaces', 'api', 'ajax-api', 'static-files']);

/** MLflow's rule for workspace names (mlflow/utils/workspace_utils.py). */
export function workspace(value: string, problem: OnProblem): string | undefined {
  if (!value) return undefined;
  const shaped = /^(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value) && value.length >= 2 && value.length <= 63;
  if (!shaped || RESERVED.has(value)) {
    const rule =
      '2 to 63 lowercase letters, digits and single "-", other than workspaces, api, ajax-api and static-files';
    problem('workspace', `invalid ${quoted(value)}: expected ${rule}.`);
  }
  return value;
}

/** Words, separated by single spaces. */
export const list = (value: string): string =>
  value
    .split(/[\s,]+/)
    .filter(Boolean)
    .join(' ');

export function scopes(value: string, problem: OnProblem): string {
  if (!list(value).split(' ').includes('openid'))
    problem('scopes', `${quoted(value)} lacks openid, which an ID token requires.`);
  return list(value);
}

/** With the scope for which Dex gives a refresh token. */
export function withOfflineAccess(scopes: string): string {
  return scopes.split(' ').includes('offline_access') ? scopes : `${scopes} offline_access`;
}

/** RFC 6265, 4.1.1: a token. */
export function cookieName(value: string, problem: OnProblem): string | undefined {
  if (value && !/^[\w!#$%&'*+.^`|~-]+$/.test(value))
    problem('cookie-name', `invalid ${quoted(value)}: expected a cookie name (RFC 6265).`);
  return value || undefined;
}

/** Control characters would end up in logs, where a line can be a command. */
export function plain(name: Name, value: string, problem: OnProblem): string {
  if (/[\p{Cc}\p{Cf}]/u.test(value)) problem(name, 'contains a line break or another control character.');
  return value;
}

/** User-id and password of the Basic scheme (RFC 7617, 2): a colon separates them, and neither holds control characters. */
export function basicLogin(username: string, password: string, problem: OnProblem): void {
  if (username.includes(':')) problem('username', 'contains ":", which a login with basic cannot send (RFC 7617).');
  if (/\p{Cc}/u.test(password))
    problem('password', 'contains a line break or another control character, which a login with basic cannot send.');
}

/** A file's text, or undefined after telling the problem. */
export function readable(
  name: Name,
  path: string,
  readFile: Sources['readFile'],
  problem: OnProblem,
): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    const why = errorMessage(error).replaceAll(path, '...');
    problem(name, `${quoted(path)} is neither PEM text nor a readable file: ${why}`);
    return undefined;
  }
}

function url(name: Name, value: string, allowHttp: boolean, problem: OnProblem): URL | undefined {
  const parsed = /^https?:\/\//i.test(value) ? parseUrl(value) : undefined;
  if (!parsed) {
    problem(name, `invalid ${quoted(value)}: expected a URL that begins with https://.`);
    return undefined;
  }
  if (parsed.username || parsed.password) problem(name, 'must not contain a username or password.');
  if (parsed.protocol === 'http:' && !allowHttp && !isLoopback(parsed.hostname)) {
    const shown = value.includes('@') ? withoutLogin(value) : `http://${parsed.host}`;
    problem(name, `${shown} would send credentials unencrypted. Use https, or set allow-http to true.`);
  }
  return parsed;
}
