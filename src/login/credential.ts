// What a login yields: a token, a session cookie, or username and password, and how a request carries it.

import { createHash } from 'node:crypto';

interface Common {
  /** E-mail address, or what comes closest to it; '' while a cookie's owner is not known. */
  identity: string;
  /** When it expires; undefined if not known, as of a cookie, in which a token may expire before it. */
  expiresAt: Date | undefined;
  /** How many seconds it lives from its receipt, by its own account, whatever the clock says, and at the latest; undefined if not known. */
  life?: number | undefined;
}

/** A Dex ID token, which oauth2-proxy accepts as a bearer token. */
export interface TokenCredential extends Common {
  method: 'token';
  /** Without whitespace around it. */
  token: string;
  /** The file that it came from, if that is read again for each request. */
  file?: string;
  refreshToken: string | undefined;
}

/** The session cookie of oauth2-proxy. */
export interface CookieCredential extends Common {
  method: 'cookie';
  /** Value of a Cookie header: `name=value`, or all chunks in order, joined by "; ". */
  cookie: string;
}

/** Username and password of MLflow itself, for the Basic scheme (RFC 7617) in UTF-8, as MLflow's SDK and server use it. */
export interface BasicCredential extends Common {
  method: 'basic';
  username: string;
  password: string;
}

export type Credential = TokenCredential | CookieCredential | BasicCredential;

const basicOf = ({ username, password }: BasicCredential): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

/** Identifies a credential without revealing it: SHA-256 in hexadecimal. */
export function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** The headers with which a request carries the credential. */
export function headersOf(credential: Credential): Record<string, string> {
  if (credential.method === 'basic') return { authorization: `Basic ${basicOf(credential)}` };
  return credential.method === 'token'
    ? { authorization: `Bearer ${credential.token}` }
    : { cookie: credential.cookie };
}

/** What of it must be masked in a log. */
export function secretsOf(credential: Credential): string[] {
  if (credential.method === 'token') return [credential.token];
  if (credential.method === 'basic') return [credential.password, basicOf(credential)];
  const values = credential.cookie.split('; ').map((part) => part.slice(part.indexOf('=') + 1));
  return [...values, credential.cookie];
}
