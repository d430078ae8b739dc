// How large a credential is, and what to do where it is too large for servers on the way.

import { LARGE_COOKIE_ADVICE } from '../../errors/symptoms/oauth2-proxy.js';
import { type Credential, headersOf } from '../credential.js';

/** Bytes of a Cookie header that many servers on the way to MLflow still take; their limit is often 8 kB. */
const LARGE_COOKIE = 7000;

/**
 * Bytes of a token with which MLflow's server always takes a request: half of h11's DEFAULT_MAX_INCOMPLETE_EVENT_SIZE,
 * 16 KiB. uvicorn refuses larger headers, but only those that arrive in pieces; and oauth2-proxy sends the groups of a
 * token once more in addition to it, as X-Forwarded-Groups.
 */
const LARGE_TOKEN = 8192;

const NOW_AND_THEN = "MLflow's own server sometimes fails above 16 kB of headers";
const COOKIE_ADVICE = `Many servers accept at most 8 kB of headers; ${NOW_AND_THEN}. ${LARGE_COOKIE_ADVICE}`;
const TOKEN_ADVICE = `${NOW_AND_THEN}, and oauth2-proxy adds the groups again. Set scopes (DEX_SCOPES) to "openid email" where MLflow and Kubernetes need no groups, or use an account in fewer groups.`;

/**
 * Measures what a request carries.
 * @returns its bytes, the chunks in which oauth2-proxy made a cookie, and advice if it is large
 */
export function sizeOf(credential: Credential): { bytes: number; chunks: number; advice: string | undefined } {
  if (credential.method === 'token') {
    const bytes = credential.token.length;
    return { bytes, chunks: 1, advice: bytes > LARGE_TOKEN ? TOKEN_ADVICE : undefined };
  }
  if (credential.method === 'basic')
    return { bytes: headersOf(credential).authorization?.length ?? 0, chunks: 1, advice: undefined };
  const bytes = credential.cookie.length;
  const advice = bytes < LARGE_COOKIE ? undefined : COOKIE_ADVICE;
  return { bytes, chunks: credential.cookie.split('; ').length, advice };
}
