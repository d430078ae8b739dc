// The secrets of one run: told to the runner as soon as they exist, and struck out of all that is printed.

import { printable } from './text.js';

/** Shorter values are not masked: a mask of a few letters garbles logs and tells the secret away. */
const SHORTEST_MASK = 8;

/** Remembers secrets and removes them from text. */
export class Secrets {
  readonly #told = new Set<string>();
  readonly #forms = new Set<string>();
  readonly #announce: (secret: string) => void;

  /** @param announce tells the runner of a value to mask; does nothing outside a runner. */
  constructor(announce: (secret: string) => void = () => {}) {
    this.#announce = announce;
  }

  /**
   * Registers a secret, and each of its lines, before anything can print it.
   * Values under 8 characters are left out.
   */
  add = (secret: string): void => {
    for (const value of new Set([secret, ...secret.split(/\r?\n/)])) {
      if (value.length < SHORTEST_MASK || this.#told.has(value)) continue;
      this.#told.add(value);
      this.#announce(value);
      // A form may be shorter than the value: of blanks alone, nothing is printed.
      for (const form of encodings(value)) if (form.length >= SHORTEST_MASK) this.#forms.add(form);
    }
  };

  /** The text with every known secret, in each form in which a server may send it back, replaced by `***`. */
  redact = (text: string): string => {
    const longestFirst = [...this.#forms].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((rest, form) => rest.replaceAll(form, '***'), text);
  };
}

/** The value as it is, and URL-encoded, form-encoded, JSON-escaped and in both kinds of base64. */
function encodings(value: string): string[] {
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  const base64 = Buffer.from(value).toString('base64');
  return [
    value,
    printable(value),
    encodeURIComponent(value),
    form,
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(value).toString('base64url'),
  ];
}
