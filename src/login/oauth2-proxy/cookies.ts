// The cookies of oauth2-proxy: the csrf cookie of a login, and the session cookie with its chunks (pkg/cookies, pkg/sessions/cookie).

import type { Cookie } from 'undici';
import { parseSetCookie } from 'undici/lib/web/cookies/parse.js';
import type { AnswerHeaders } from '../../http/types.js';

/** More than any cookie has. The parser recurses for each, and a megabyte of them would overflow the stack. */
const MAX_ATTRIBUTES = 100;

/**
 * The cookies that an answer sets. Left out are those that no browser would take: over 4 kB, with control characters,
 * or with attributes without end.
 */
export function cookiesOf(headers: AnswerHeaders): Cookie[] {
  const good = (line: string) => !/\p{Cc}/u.test(line) && line.split(';', MAX_ATTRIBUTES).length < MAX_ATTRIBUTES;
  return headers
    .getSetCookie()
    .filter(good)
    .map(parseSetCookie)
    .filter((cookie) => cookie !== null);
}

/** Whether it is set only to be dropped. */
function isDeleted({ value, maxAge, expires }: Cookie): boolean {
  if (maxAge !== undefined) return value === '' || maxAge <= 0; // comes before Expires (RFC 6265, 5.3)
  return value === '' || (expires !== undefined && Number(expires) <= Date.now());
}

/** The cookies of AuthService, which stood before Kubeflow until 1.9 (arrikto/oidc-authservice, state.go and session.go). */
const AUTHSERVICE = { state: 'oidc_state_csrf', session: 'authservice_session' };

/** Cookies of one login at one server. Deleted ones are gone. */
export class Jar {
  readonly #cookies = new Map<string, string>();

  /** The cookies that an answer sets, under those that there are. */
  static of(headers: AnswerHeaders, over: Jar): Jar {
    const jar = new Jar();
    jar.take(headers);
    for (const [name, value] of over.#cookies) jar.#cookies.set(name, value);
    return jar;
  }

  /** Takes what an answer sets, and drops what it deletes. */
  take(headers: AnswerHeaders): void {
    for (const cookie of cookiesOf(headers)) {
      if (isDeleted(cookie)) this.#cookies.delete(cookie.name);
      else this.#cookies.set(cookie.name, cookie.value);
    }
  }

  get names(): string[] {
    return [...this.#cookies.keys()];
  }

  /** Value of the Cookie header. */
  toString(): string {
    return headerOf([...this.#cookies]);
  }

  /** The same with nothing but csrf cookies: with a session of somebody else's, the login would become theirs. */
  get csrf(): string {
    return headerOf([...this.#cookies].filter(([name]) => name.endsWith('_csrf')));
  }
}

function headerOf(cookies: [name: string, value: string][]): string {
  return cookies.map(([name, value]) => `${name}=${value}`).join('; ');
}

/**
 * The name of the session cookie, which the csrf cookie tells: `{name}_csrf`, or with --cookie-csrf-per-request
 * `{name}_{first 8 characters of the state's nonce}_csrf` (pkg/cookies/csrf.go). That of AuthService has a name of its own.
 * @param state as sent, in plain or with --encode-state in base64url
 */
export function sessionCookieName(cookieNames: string[], state: string): string | undefined {
  if (cookieNames.includes(AUTHSERVICE.state)) return AUTHSERVICE.session;
  const csrf = cookieNames.find((name) => name.endsWith('_csrf'))?.slice(0, -'_csrf'.length);
  const nonces = [state, Buffer.from(state, 'base64url').toString('latin1')].map((text) => `_${text.slice(0, 8)}`);
  const nonce = nonces.find((suffix) => suffix.length === 9 && csrf?.endsWith(suffix));
  return nonce ? csrf?.slice(0, -nonce.length) : csrf;
}

/** A session as it goes into a Cookie header. */
export interface SessionCookie {
  /** The one cookie or all chunks, in the order in which oauth2-proxy joins them. */
  parts: { name: string; value: string }[];
  /** Seconds that it lives, if it says so. */
  maxAge: number | undefined;
}

/**
 * The session in the answer to the callback: the cookie `name`, or else its chunks `name_0`, `name_1`, … up to the first
 * gap, as oauth2-proxy reads them back. The csrf cookie is never one, nor is a cookie that is deleted.
 */
export function sessionCookie(headers: AnswerHeaders, name: string): SessionCookie | undefined {
  const set = new Map(cookiesOf(headers).map((cookie) => [cookie.name, cookie]));
  const present = (key: string) => {
    const cookie = set.get(key);
    return cookie && !isDeleted(cookie) ? cookie : undefined;
  };
  const single = present(name);
  const chunks: Cookie[] = [];
  for (let chunk = present(`${name}_0`); chunk; chunk = present(`${name}_${chunks.length}`)) chunks.push(chunk);
  const cookies = single ? [single] : chunks;
  if (cookies.length === 0) return undefined;
  return { parts: cookies.map(({ name, value }) => ({ name, value })), maxAge: cookies[0]?.maxAge };
}
