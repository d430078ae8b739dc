// What a tunnel through an HTTP proxy takes, whoever opens it: the login, and the refusal as an error with fields.

import type { Refusal } from '../errors/failure.js';

/** An HTTP proxy that opened no tunnel (RFC 9110, 9.3.6), and the schemes in which it can be logged in to. */
export class ProxyRefusal extends Error implements Refusal {
  override readonly name = 'ProxyRefusal';

  constructor(
    readonly status: number,
    readonly schemes: readonly string[],
  ) {
    super(`Proxy response (${status})${schemes.length > 0 ? `, it takes ${schemes.join(', ')}` : ''}`);
  }
}

/** The refusal in an error or in its causes; undefined if there is none. */
export function refusalIn(error: unknown): Refusal | undefined {
  if (error instanceof ProxyRefusal) return error;
  return error instanceof Error ? refusalIn(error.cause) : undefined;
}

/** The names of the schemes in a list of challenges (RFC 9110, 11.6.1), without their parameters. */
export function schemesIn(challenges: string | string[] | undefined): string[] {
  const list = [challenges ?? []].flat().join(', ');
  const names = list.replace(/"[^"]*"/g, '').matchAll(/(?:^|,)\s*([\w-]+)(?=\s*(?:,|$)|\s+[^\s=])/g);
  return [...new Set([...names].flatMap(([, name]) => name ?? []))];
}

/**
 * The value of Proxy-Authorization for the user and password in a proxy's address (RFC 7617); undefined where there are none.
 * @param mask gets the password, as it is and as it is sent
 */
export function loginFor(proxy: string, mask: (secret: string) => void): string | undefined {
  const { username, password } = new URL(proxy);
  if (!username) return undefined;
  const secret = decodeURIComponent(password);
  const encoded = Buffer.from(`${decodeURIComponent(username)}:${secret}`).toString('base64');
  for (const one of [secret, encoded]) mask(one);
  return `Basic ${encoded}`;
}
