// The answer of an HTTP proxy that opened no tunnel, as an error with fields.

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
