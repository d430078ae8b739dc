// What servers and users may send: texts of all kinds, JSON with the fields that count, pages, headers.

import fc from 'fast-check';

const WORDS = [
  ...'\'"`$\\#=!%&;|<>(){}[]*?~ \t\n\r',
  '\r\n',
  '\\n',
  '\\r',
  "\\'",
  '${HOME}',
  '${A:-b}',
  '$(id)',
  '%0A',
  '::error::x',
  '##[error]x',
  '##[',
  'EOF',
  'A=b',
  'A<<EOF\n',
  '\u001b[31m',
  '\u0085',
  '\u00a0',
  '\u2018',
  '\u2019',
  '\u201a',
  '\u201b',
  '\u2028',
  '\u202e',
  '\ufeff',
  'ö',
  '\u{1f511}',
  'word',
];

const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((parts) => parts.join(''));

/** Any text that UTF-8 can carry, which lone surrogates are not part of. */
export const text = fc.oneof(words, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());

/** A value that an environment variable can hold: all but NUL. */
export const value = text.map((one) => one.replaceAll('\0', ''));

/** Letters and digits, unlike anything else in a case, so that finding it in a message is no chance. */
export const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/).map((random) => `s3cr3t${random}`);

/** A string as JSON can escape it, lone surrogates included. */
const jsonText = fc.oneof(
  text,
  fc.string({ unit: fc.integer({ max: 0xffff }).map((one) => String.fromCharCode(one)) }),
);

const jsonValue = fc.oneof(
  jsonText,
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.double(),
  fc.constantFrom(null, true, 0, { toString: 1 }),
);

/** The JSON text of an object that has some of these fields, with values of any type. */
export function jsonWith(...names: string[]): fc.Arbitrary<string> {
  const fields = Object.fromEntries(names.map((name) => [name, jsonValue]));
  return fc.record(fields, { requiredKeys: [] }).map((object) => JSON.stringify(object));
}

const REASONS = ['reason', 'error', 'message', 'error_code', 'error_description'];
const reasons = jsonWith(...REASONS);
const nested = reasons.map((inner) => `{"error":${inner}}`);

const tag = fc.constantFrom(
  '<p>',
  '</p>',
  '<p ',
  '<title>',
  '<h2 class="x">',
  '<form ',
  ' action="/x/start"',
  '>',
  '<',
);
const page = fc.array(fc.oneof(tag, text, fc.constant('Request ID: 01234567-89ab')), { maxLength: 20 });

/** The body of an answer, decoded as the program decodes it. */
export const body = fc.oneof(
  reasons,
  nested,
  fc.json({ stringUnit: 'binary' }),
  page.map((parts) => `<html>${parts.join('')}`),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  text,
  text.map((one) => one.repeat(200)),
);

/** A header's value as the wire brings it: bytes, without those that end a header. */
export const headerValue = text.map((one) =>
  Buffer.from(one)
    .toString('latin1')
    .replace(/[\0\r\n]/g, ''),
);

const path = fc.constantFrom('/', '/login', '/oauth2/start', '/auth?client_id=c&redirect_uri=', '?x=1#y', '//', '');
const origin = fc.constantFrom('', 'https://platform.test', 'https://evil.test', 'https://mlflow.test', 'javascript:');

/** Where a redirect may point. */
export const location = fc.oneof(
  headerValue,
  fc.tuple(origin, path, headerValue).map((parts) => parts.join('')),
  fc
    .tuple(origin, fc.webUrl({ withQueryParameters: true }), headerValue)
    .map(([base, uri, state]) => `${base}/auth?${new URLSearchParams({ client_id: 'c', redirect_uri: uri, state })}`),
);
