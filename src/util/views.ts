// A text as its readers can decode it. Each view knows from which part of the text each of its characters comes.

import { ENTITIES } from './encodings.js';

/** A decoded text: its UTF-16 unit `i` stands in the original from `from[i]` up to `to[i]`, exclusive. */
export interface View {
  text: string;
  from: number[];
  to: number[];
}

/** The text as it stands. */
export function viewOf(text: string): View {
  const from = Array.from({ length: text.length }, (_, index) => index);
  return { text, from, to: from.map((index) => index + 1) };
}

/** Quoted-printable (RFC 2045, 6.7), and hexadecimal digits in pairs: in the same length as the escapes that `decoded` knows. */
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text.replace(/=(?=[\da-f]{2})/gi, '%'),
  (text) => text.replace(/(?<=\b[\da-f]{2})[:,-]/gi, (sign) => ' '.repeat(sign.length)),
];

/** The text as it stands, and as it is meant where it may be in such a spelling. */
export function spellingsOf(text: string): View[] {
  const view = viewOf(text);
  const others = SPELLINGS.map((spell) => spell(text)).filter((other) => other !== text);
  return [view, ...others.map((other) => ({ ...view, text: other }))];
}

const BYTES = /(?:(?:%|\\x)[\da-f]{2}|\\[0-3][0-7]{2})+/i;
const NUMBERS = /(?:%u|\\u)[\da-f]{4}|\\u\{[\da-f]{1,8}\}|\\U[\da-f]{8}|&#x[\da-f]{1,12};?|&#\d{1,12};?/i;
const NAMES = /&(?:quot|amp|lt|gt);?|&[a-z]\w{1,30};|\\[\s\S]/i;
const ESCAPES = new RegExp([BYTES, NUMBERS, NAMES].map(({ source }) => source).join('|'), 'gi');
const CONTROLS = new Map(Object.entries({ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', 0: '\0' }));

/** Characters, and from where to where in an escape each is written. */
type Piece = [text: string, start: number, end: number];

/**
 * The view with one layer of escapes taken off: percent-encoding, HTML's, and those of JSON, JavaScript and Python.
 * @returns undefined when there is none
 */
export function decoded(view: View): View | undefined {
  const result = emptyView();
  let at = 0;
  for (const { 0: found, index } of view.text.matchAll(ESCAPES)) {
    const pieces = piecesOf(found);
    if (pieces.length === 0) continue;
    copy(view, at, index, result);
    for (const [text, start, end] of pieces) put(view, text, index + start, index + end, result);
    at = index + found.length;
  }
  if (at === 0) return undefined;
  copy(view, at, view.text.length, result);
  return finished(result);
}

/** What an escape means; nothing when it is none. */
function piecesOf(found: string): Piece[] {
  const whole = (text: string): Piece[] => [[text, 0, found.length]];
  if (BYTES.test(found)) return utf8Pieces(found);
  const [, hexadecimal, decimal] = /^(?:%u|\\u|&#x)\{?([\da-f]+)|^&#(\d+)/i.exec(found) ?? [];
  const code = hexadecimal ? Number.parseInt(hexadecimal, 16) : decimal ? Number(decimal) : undefined;
  if (code !== undefined) return code <= 0x10ffff ? whole(String.fromCodePoint(code)) : [];
  if (found.startsWith('&')) return whole(ENTITIES.get(found.replace(/\W/g, '')) ?? found);
  const sign = found.slice(1);
  return /\w/.test(sign) && !CONTROLS.has(sign) ? [] : whole(CONTROLS.get(sign) ?? sign);
}

/** Escaped bytes as UTF-8, or as Latin-1 where they are none. */
function utf8Pieces(found: string): Piece[] {
  const parts = [...found.matchAll(/%..|\\x..|\\.{3}/g)].map(({ 0: part, index }) => ({
    byte: /^\\\d/.test(part) ? Number.parseInt(part.slice(1), 8) : Number.parseInt(part.slice(-2), 16),
    start: index,
    end: index + part.length,
  }));
  const pieces: Piece[] = [];
  for (let at = 0, size = 1; at < parts.length; at += size) {
    const { byte, start, end } = parts[at] ?? { byte: 0, start: 0, end: 0 };
    const taken = parts.slice(at, at + (byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4));
    const text = Buffer.from(taken.map((part) => part.byte)).toString();
    const good = !text.includes('\ufffd');
    pieces.push(good ? [text, start, taken.at(-1)?.end ?? end] : [String.fromCharCode(byte), start, end]);
    size = good ? taken.length : 1;
  }
  return pieces;
}

const emptyView = () => ({ parts: [] as string[], from: [] as number[], to: [] as number[] });
type Unfinished = ReturnType<typeof emptyView>;

const finished = ({ parts, from, to }: Unfinished): View => ({ text: parts.join(''), from, to });

/** Adds the text, each unit of which stands for the same part of the view. */
function put(view: View, text: string, start: number, end: number, { parts, from, to }: Unfinished): void {
  parts.push(text);
  for (let unit = 0; unit < text.length; unit++) {
    from.push(view.from[start] ?? 0);
    to.push(view.to[end - 1] ?? 0);
  }
}

/** Adds a part of the view as it is. */
function copy(view: View, start: number, end: number, { parts, from, to }: Unfinished): void {
  parts.push(view.text.slice(start, end));
  for (let unit = start; unit < end; unit++) {
    from.push(view.from[unit] ?? 0);
    to.push(view.to[unit] ?? 0);
  }
}

const WHITESPACE = /[\p{Cc}\p{Cf}\s]+/gu;

/**
 * The text as it is compared: in one case, with one space for each run of whitespace, control and format characters, or
 * with nothing for it. In forms "+" is a space, and a URL turns "\" into "/".
 */
export function foldedText(text: string, blank: ' ' | ''): string {
  return lower(text.replace(WHITESPACE, blank));
}

/** Keeps the length, which changes with the case of some letters of other languages. */
export const lower = (text: string) =>
  text
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replaceAll('\\', '/')
    .replaceAll('+', ' ');

/** The same of a view. */
export function folded(view: View, blank: ' ' | ''): View {
  const result = emptyView();
  let at = 0;
  for (const { 0: found, index } of view.text.matchAll(WHITESPACE)) {
    copy(view, at, index, result);
    put(view, blank, index, index + found.length, result);
    at = index + found.length;
  }
  copy(view, at, view.text.length, result);
  const { text, from, to } = finished(result);
  return { text: lower(text), from, to };
}

/** Between what does not belong together: no character of any text. */
const APART = '\uffff';
const BASE64 = /[\w+/-]{7,}/g;

/** The bytes of what may be base64 or base64url, in lines too, at each of the four places where a group may begin. */
export function unbased(view: View): View[] {
  const dense = emptyView();
  let at = 0;
  for (const { 0: found, index } of view.text.matchAll(/\s+/g)) {
    copy(view, at, index, dense);
    at = index + found.length;
  }
  copy(view, at, view.text.length, dense);
  const text = finished(dense);
  const runs = [...text.text.matchAll(BASE64)];
  return [0, 1, 2, 3].map((offset) => {
    const result = emptyView();
    for (const { 0: run, index } of runs) {
      // As if a group began `offset` characters before; the bytes that reach into them are not known.
      const bytes = Buffer.from('A'.repeat(offset) + run, 'base64').toString('latin1');
      result.parts.push(bytes.slice(offset), APART);
      const place = (bit: number) => Math.min(index - offset + Math.floor(bit / 6), index + run.length - 1);
      for (let byte = offset; byte <= bytes.length; byte++) {
        result.from.push(text.from[place(byte * 8)] ?? 0);
        result.to.push(text.to[place(byte * 8 + 7)] ?? 0);
      }
    }
    return finished(result);
  });
}

const UTF8 = /(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){6,}/g;

/** What of bytes is text in UTF-8: chance makes little of it. */
export function printableRuns(view: View): View {
  const result = emptyView();
  for (const { 0: run, index } of view.text.matchAll(UTF8)) {
    copy(view, index, index + run.length, result);
    result.parts.push(APART);
    result.from.push(view.to[index + run.length - 1] ?? 0);
    result.to.push(view.to[index + run.length - 1] ?? 0);
  }
  return finished(result);
}
