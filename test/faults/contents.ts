// Answers of another kind than the one that is due: other bodies, other types, no HTTP at all.

import { type AnswerFault, fault, other, someBody } from './kinds.js';
import { bodyOf, whole } from './wire.js';

const JSON_TYPE = { 'content-type': 'application/json' };

const OTHER_BODIES: [name: string, body: string][] = [
  ['empty body', ''],
  ['text in place of JSON', 'upstream connect error'],
  ['JSON null', 'null'],
  ['JSON number', '5'],
  ['JSON array', '[]'],
  ['JSON string of 1 MB', JSON.stringify('x'.repeat(1e6))],
];

export const CONTENTS: AnswerFault[] = [
  ...OTHER_BODIES.map(([name, body]) => fault('text', name, other(200, body, JSON_TYPE))),
  fault(
    'text',
    'JSON that breaks off',
    ({ answer, socket }) =>
      // Whatever is secret in it is told first, where a message might quote it.
      void socket.end(whole({ status: 200, body: secretFirst(bodyOf(answer)).slice(0, -1), headers: JSON_TYPE })),
  ),
  fault(
    'text',
    'JSON in an array',
    ({ answer, socket }) =>
      void socket.end(whole({ status: 200, body: `[${secretFirst(bodyOf(answer))}]`, headers: JSON_TYPE })),
  ),
  fault(
    'page',
    'page in place of the answer',
    other(200, '<!doctype html><title>Portal</title>secret body', { 'content-type': 'text/html' }),
  ),
  fault(
    'harmless',
    'wrong content type',
    ({ answer, socket }) => void socket.end(whole(answer, { 'content-type': 'image/png' })),
  ),
  fault(
    'harmless',
    '10,000 header lines',
    ({ answer, socket }) =>
      void socket.end(whole(answer, Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x-${i}`, 'x'])))),
  ),
  fault(
    'not-http',
    'control character in a header',
    ({ answer, socket }) => void socket.end(whole(answer, { 'x-bad': 'a\0b' })),
  ),
  fault('not-http', 'no HTTP', ({ socket }) => void socket.end('220 mail.test ESMTP\r\n')),
  fault(
    'not-http',
    'gzip that is none',
    (reached) =>
      void reached.socket.end(whole({ ...reached.answer, body: someBody(reached) }, { 'content-encoding': 'gzip' })),
  ),
];

/** JSON with its fields in the order of their length. */
function secretFirst(body: string): string {
  if (!body.startsWith('{')) return body;
  const fields = Object.entries(JSON.parse(body));
  return JSON.stringify(Object.fromEntries(fields.sort(([, a], [, b]) => String(a).length - String(b).length)));
}
