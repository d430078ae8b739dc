// Finds parts of secrets in a text: from eight characters on, as they are shown, in whatever encoding.

import { encodingsOf } from './encodings.js';
import { decoded, folded, foldedText, lower, printableRuns, spellingsOf, unbased, type View, viewOf } from './views.js';

/** From where to where in a text, the end exclusive. */
export type Place = [start: number, end: number];

/** No part of a secret as long as this is left in a text, in characters as they are shown. */
const PART = 8;
/** Bytes that are certain in eight characters of base64, wherever they begin. */
const BYTES = 5;
/** Layers of escapes that are taken off a text. */
const LAYERS = 3;
/** Longest secret of which each usual encoding is known by its parts; longer ones are found where they are decoded. */
const LONGEST_ENCODED = 512;

/** The parts of all secrets. What few texts need is made when the first one needs it. */
export class Parts {
  readonly #parts = new Set<string>();
  readonly #bytes = new Set<string>();
  /** Shorter parts, which count where escapes make them as long. */
  readonly #fewer = new Set<string>();
  readonly #notEncoded: string[] = [];
  readonly #notHex: string[] = [];

  add(value: string): void {
    // UTF-8 that is read as Latin-1, as in headers.
    const latin1 = (text: string) => Buffer.from(text).toString('latin1');
    const spaces = value.replaceAll(' ', '+');
    const forms = layersOf(viewOf(value)).flatMap(({ text }) => [text, latin1(text)]);
    for (const form of new Set([...forms, spaces])) addParts(this.#parts, form);
    // UTF-16, in either order of bytes, as Windows has it.
    const utf16 = `\0${Buffer.from(value, 'utf16le').toString('latin1')}`;
    for (const part of [...partsOf(latin1(value), BYTES), ...partsOf(utf16, BYTES)]) this.#bytes.add(part);
    this.#notHex.push(value);
    if (value.length <= LONGEST_ENCODED) this.#notEncoded.push(value);
  }

  /** Where in the text a part of a secret stands, in order and apart from each other. */
  in(text: string): Place[] {
    return merged(
      viewsOf(text).flatMap(([view, kind]) => (kind === 'bytes' ? find(view, this.#bytes, BYTES) : this.#inText(view))),
    );
  }

  #inText(view: View): Place[] {
    if (/[%&\\]/.test(view.text)) this.#encode();
    if (/(?:[\da-f]\W?){8}/i.test(view.text))
      for (const value of this.#notHex.splice(0)) addParts(this.#parts, Buffer.from(value).toString('hex'));
    const views = [folded(view, ''), folded(view, ' ')];
    const long = views.flatMap((one) => find(one, this.#parts, PART));
    return [...long, ...findFewer({ ...view, text: lower(view.text) }, this.#fewer)];
  }

  #encode(): void {
    for (const value of this.#notEncoded.splice(0)) {
      for (const form of encodingsOf(value)) addParts(this.#parts, form);
      for (let length = 1; length < PART; length++)
        for (const part of partsOf(lower(value), length)) this.#fewer.add(part);
    }
  }
}

/** All that a text can mean: itself, what is left after each layer of escapes, and the bytes of base64 with what they hold. */
export function viewsOf(text: string): [view: View, kind: 'text' | 'bytes'][] {
  return spellingsOf(text)
    .flatMap(layersOf)
    .flatMap((view) => [
      [view, 'text'] as [View, 'text'],
      ...unbased(view).flatMap((bytes) => [
        [bytes, 'bytes'] as [View, 'bytes'],
        ...layersOf(printableRuns(bytes)).flatMap((inner): [View, 'text' | 'bytes'][] => [
          [inner, 'text'],
          ...unbased(inner).map((again): [View, 'bytes'] => [again, 'bytes']),
        ]),
      ]),
    ]);
}

/** A text is compared in one case and without regard to whitespace. */
export const compared = (text: string): string => foldedText(text, '');

/** The view, and what is left of it after each layer of escapes. */
function layersOf(view: View): View[] {
  const layers = [view];
  for (let next = decoded(view); next && layers.length <= LAYERS; next = decoded(next)) layers.push(next);
  return layers;
}

function addParts(parts: Set<string>, value: string): void {
  for (const form of new Set([foldedText(value, ''), foldedText(value, ' ')]))
    for (const part of partsOf(form, PART)) parts.add(part);
}

function* partsOf(text: string, length: number): Iterable<string> {
  for (let at = 0; at + length <= text.length; at++) yield text.slice(at, at + length);
}

function find({ text, from, to }: View, parts: Set<string>, length: number): Place[] {
  const found: Place[] = [];
  for (let at = 0; at + length <= text.length; at++)
    if (parts.has(text.slice(at, at + length))) take(found, from[at] ?? 0, to[at + length - 1] ?? 0);
  return found;
}

function findFewer({ text, from, to }: View, parts: Set<string>): Place[] {
  const found: Place[] = [];
  for (let at = 0; at < text.length; at++)
    for (let length = 1; length < PART && at + length <= text.length; length++) {
      const [start, end] = [from[at] ?? 0, to[at + length - 1] ?? 0];
      if (end - start >= PART && parts.has(text.slice(at, at + length))) take(found, start, end);
    }
  return found;
}

/** Adds a place to places that begin no later; what touches becomes one. */
function take(found: Place[], start: number, end: number): void {
  const last = found.at(-1);
  if (last && start >= last[0] && start <= last[1]) last[1] = Math.max(last[1], end);
  else found.push([start, end]);
}

/** The places in order and apart from each other. */
export function merged(places: Place[]): Place[] {
  const result: Place[] = [];
  for (const [start, end] of places.sort(([one], [other]) => one - other)) take(result, start, end);
  return result;
}
