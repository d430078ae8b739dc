// The secrets of one run: masked by the runner as soon as they exist, and struck out of all that is printed.

import { isOwn } from './own-words.js';
import { compared, merged, Parts, type Place, viewsOf } from './parts.js';
import { shortened } from './text.js';
import type { View } from './views.js';

/** Shorter values are not masked: a mask of a few letters garbles logs and tells the secret away. */
const SHORTEST_MASK = 8;
/** Shorter values stay in messages: they would be found in any text. */
const SHORTEST = 4;
/** More lines than any secret has; each costs a line of the log. */
const MOST_LINES = 1000;

/** Remembers secrets and removes them from text. */
export class Secrets {
  readonly #told = new Set<string>();
  /** The same, as they are compared. */
  readonly #whole = new Set<string>();
  /** Forms of secrets that are too short for a mask. */
  readonly #short = new Set<string>();
  readonly #parts = new Parts();
  readonly #announce: (secret: string) => void;

  /** @param announce tells the runner of a value to mask; does nothing outside a runner. */
  constructor(announce: (secret: string) => void = () => {}) {
    this.#announce = announce;
  }

  /**
   * Registers a secret, and each of its lines, before anything can print it. Values under 8 characters are not
   * announced, and under 4 characters not struck out either.
   */
  add = (secret: string): void => {
    for (const value of [secret, secret.trim()])
      if (value.length >= SHORTEST && value.length < SHORTEST_MASK && !isOwn(value))
        for (const form of formsOfShort(value)) this.#short.add(form);
    for (const value of new Set([secret, ...secret.split(/\r?\n/, MOST_LINES)])) {
      if (value.length < SHORTEST_MASK || this.#told.has(value)) continue;
      const known = this.#isCookieHeader(value);
      this.#told.add(value);
      this.#announce(value);
      if (known) continue;
      this.#whole.add(compared(value));
      this.#parts.add(value);
    }
  };

  /**
   * The text, fit to be printed: `***` in place of each known secret, and of each part of 8 or more characters of one,
   * however a server encodes it, and no line too long. Parts that are words of mlflow-auth's own messages stay.
   */
  redact = (text: string): string => {
    let result = '';
    let at = 0;
    for (const [start, end] of this.#placesIn(text)) {
      result += `${text.slice(at, start)}***`;
      at = end;
    }
    return shortened(result + text.slice(at));
  };

  #placesIn(text: string): Place[] {
    const long = this.#parts
      .in(text)
      .filter(([start, end]) => !isOwn(text, start, end) || this.#whole.has(compared(text.slice(start, end))));
    if (this.#short.size === 0) return long;
    const forms = [...this.#short];
    return merged([...long, ...viewsOf(text).flatMap(([view]) => forms.flatMap((form) => wordsIn(view, form)))]);
  }

  /** A Cookie header of known values: their names are no secret. */
  #isCookieHeader(value: string): boolean {
    return value.split('; ').every((part) => this.#told.has(/^[^=\s]+=(.*)$/s.exec(part)?.[1] ?? ''));
  }
}

/** What is short is looked for as it is and in the simplest encodings; more would be found by chance. */
function formsOfShort(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64');
  const hex = bytes.toString('hex');
  const forms = [base64, base64.replace(/=+$/, ''), bytes.toString('base64url'), hex, hex.toUpperCase()];
  return [value, value.replaceAll(' ', '+'), ...forms];
}

/** Where a form stands; a word where it is no part of a longer one, and a number likewise. */
function wordsIn({ text, from, to }: View, form: string): Place[] {
  const found: Place[] = [];
  const kind = /^\p{L}+$/u.test(form) ? /\p{L}/u : /^\d+$/.test(form) ? /\d/ : undefined;
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    const end = at + form.length;
    if (!kind?.test(`${text[at - 1] ?? ' '}${text[end] ?? ' '}`)) found.push([from[at] ?? 0, to[end - 1] ?? 0]);
  }
  return found;
}
