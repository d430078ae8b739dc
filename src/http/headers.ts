// What headers of a request carry, and those of an answer of node:http: fetch's class Headers would take Node a round trip to load.

import type { AnswerHeaders } from './types.js';

/** Whether headers of a request carry username and password, in the Basic scheme (RFC 7617). */
export const hasPassword = ({ authorization = '' }: Readonly<Record<string, string>>): boolean =>
  /^basic /i.test(authorization);

/** Headers by their names (Fetch Standard, 5.1), as far as a login reads them. */
export class PlainHeaders implements AnswerHeaders {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** @param given as node:http has them: names in lower case, and the values of each */
  constructor(given: Readonly<Record<string, string | readonly string[] | undefined>>) {
    this.#values = new Map(Object.entries(given).map(([name, value]) => [name, [value ?? []].flat()]));
  }

  get(name: string): string | null {
    const values = this.#values.get(name.toLowerCase()) ?? [];
    return values.length > 0 ? values.join(', ') : null;
  }

  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])];
  }
}
