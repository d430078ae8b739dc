// How large a session cookie is, and what to do where it is too large for servers on the way.

import { LARGE_COOKIE_ADVICE } from '../../errors/symptoms/oauth2-proxy.js';

/** Bytes of a Cookie header that many servers on the way to MLflow still take; their limit is often 8 kB. */
const LARGE_BYTES = 7000;

const ADVICE = `Many servers take 8 kB of headers; MLflow's own fails now and then above 16 kB. ${LARGE_COOKIE_ADVICE}`;

/**
 * Measures the value of a Cookie header.
 * @returns its bytes, the chunks in which oauth2-proxy made it, and advice if it is large
 */
export function sizeOf(cookie: string): { bytes: number; chunks: number; advice: string | undefined } {
  const bytes = cookie.length;
  return { bytes, chunks: cookie.split('; ').length, advice: bytes < LARGE_BYTES ? undefined : ADVICE };
}
