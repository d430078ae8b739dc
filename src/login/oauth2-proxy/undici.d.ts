// The parser of Set-Cookie alone, without the rest of undici.

declare module 'undici/lib/web/cookies/parse.js' {
  import type { Cookie } from 'undici';

  /** Reads one Set-Cookie header (RFC 6265, 5.2); null where it sets none. */
  export function parseSetCookie(header: string): Cookie | null;
}
