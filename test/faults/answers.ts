// Faults of answers: broken off, late, endless, refusing, of another kind, and too much of anything.

import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import type { Fault } from './front.js';
import { bodyOf, headOf, pour, type Reached, whole, write } from './wire.js';

/** What a fault amounts to; each request of the table says what a user is then to read. */
export type Kind =
  | 'broken-off'
  | 'timeout'
  | 'answer-too-large'
  | 'not-http'
  | 'busy'
  | 'failed'
  | '500'
  | 'text'
  | 'page'
  | 'harmless';

export interface AnswerFault extends Fault {
  kind: Kind;
  answer: (reached: Reached) => void | Promise<void>;
  /** Bytes that the server must not get rid of. */
  most?: number;
}

const MiB = 1 << 20;

const fault = (kind: Kind, name: string, answer: AnswerFault['answer'], more: Partial<AnswerFault> = {}) => ({
  kind,
  name,
  answer,
  ...more,
});

/** An answer with this status, body and headers in place of the platform's. */
export const other =
  (status: number, body: string, headers: Record<string, string> = {}): AnswerFault['answer'] =>
  ({ socket }) =>
    void socket.end(whole({ status, body, headers }));

const half = (text: string | Buffer) => text.slice(0, Math.ceil(text.length / 2));
/** The body; where the platform sends none, there is one to spoil. */
const someBody = ({ answer }: Reached) => bodyOf(answer) || 'Found';
const head = (reached: Reached, more = {}) =>
  headOf(reached.answer, { 'content-length': String(Buffer.byteLength(someBody(reached))), ...more });
const middle = (reached: Reached) => head(reached) + half(someBody(reached));

/** One byte at a time, for longer than anyone waits. */
async function drip({ socket }: Reached, text: string): Promise<void> {
  for (const byte of text) {
    if (socket.destroyed) return;
    await write(socket, byte);
  }
}

function* repeat<T>(piece: T, times: number): Generator<T> {
  for (let i = 0; i < times; i++) yield piece;
}

const BROKEN: AnswerFault[] = [
  fault('broken-off', 'reset before the answer', ({ reset }) => reset()),
  fault('broken-off', 'end before the answer', ({ socket }) => void socket.end()),
  fault('broken-off', 'reset in the headers', async (reached) => {
    await write(reached.socket, half(head(reached)) as string);
    reached.reset();
  }),
  fault('broken-off', 'reset in the body', async (reached) => {
    await write(reached.socket, middle(reached));
    reached.reset();
  }),
  fault('harmless', 'reset after the answer', async (reached) => {
    await write(reached.socket, whole(reached.answer));
    reached.reset();
  }),
  fault('broken-off', 'truncated body', (reached) => void reached.socket.end(middle(reached), 'latin1')),
  fault('broken-off', 'truncated chunks', (reached) => {
    const { answer, socket } = reached;
    const body = Buffer.from(someBody(reached));
    const chunk = Buffer.concat([Buffer.from(`${body.byteLength.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
    socket.end(Buffer.concat([Buffer.from(headOf(answer, { 'transfer-encoding': 'chunked' })), chunk]));
  }),
];

const LATE: AnswerFault[] = [
  fault('timeout', 'hang before the answer', () => {}),
  fault('timeout', 'hang in the headers', (reached) => write(reached.socket, half(head(reached)) as string)),
  fault('timeout', 'hang in the body', (reached) => write(reached.socket, middle(reached))),
  fault('timeout', 'slow drip of headers', (reached) =>
    drip(reached, headOf(reached.answer, { 'x-filler': 'x'.repeat(300) })),
  ),
  fault('timeout', 'slow drip of the body', async (reached) => {
    const body = someBody(reached).padEnd(300);
    await write(reached.socket, head(reached, { 'content-length': String(Buffer.byteLength(body)) }));
    await drip(reached, body);
  }),
];

const REFUSED: AnswerFault[] = [
  ...['1', '99999999999999999999', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT'].map((after) =>
    fault('busy', `429 with Retry-After: ${after}`, other(429, '', { 'retry-after': after })),
  ),
  fault('500', '500', other(500, '')),
  fault('failed', '501', other(501, '')),
  ...[502, 503, 504].map((status) => fault('busy', String(status), other(status, '', { 'retry-after': '0' }))),
];

const JSON_TYPE = { 'content-type': 'application/json' };
const OTHER_BODIES: [name: string, body: string][] = [
  ['empty body', ''],
  ['text in place of JSON', 'upstream connect error'],
  ['JSON null', 'null'],
  ['JSON number', '5'],
  ['JSON array', '[]'],
  ['JSON string of 1 MB', JSON.stringify('x'.repeat(1e6))],
];

const STRANGE: AnswerFault[] = [
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

const ZEROS = Buffer.alloc(MiB);
/** Can be repeated within one stream: 16 MiB of zeros that end at a whole byte. */
const DEFLATED = deflateRawSync(Buffer.alloc(16 * MiB), { finishFlush: constants.Z_FULL_FLUSH });
const BOMB = [gzipSync('').subarray(0, 10), ...repeat(DEFLATED, 80)];

const LARGE: AnswerFault[] = [
  fault(
    'answer-too-large',
    '1 GiB with its length',
    ({ answer, socket }) => {
      socket.write(headOf(answer, { 'content-length': String(1024 * MiB) }));
      return pour(socket, repeat(ZEROS, 1024));
    },
    { most: 64 * MiB },
  ),
  fault(
    'answer-too-large',
    '1 GiB in chunks',
    ({ answer, socket }) => {
      socket.write(headOf(answer, { 'transfer-encoding': 'chunked' }));
      return pour(socket, repeat(Buffer.concat([Buffer.from('100000\r\n'), ZEROS, Buffer.from('\r\n')]), 1024));
    },
    { most: 64 * MiB },
  ),
  fault('answer-too-large', 'gzip bomb', ({ answer, socket }) => {
    socket.write(headOf(answer, { 'content-encoding': 'gzip' }));
    return pour(socket, BOMB);
  }),
  fault(
    'answer-too-large',
    '2 MiB in one header',
    ({ answer, socket }) => void socket.end(whole(answer, { 'x-large': 'x'.repeat(2 * MiB) })),
  ),
  fault(
    'answer-too-large',
    '2 MiB in many headers',
    ({ answer, socket }) =>
      void socket.end(
        whole(answer, Object.fromEntries(Array.from({ length: 2048 }, (_, i) => [`x-${i}`, 'x'.repeat(1024)]))),
      ),
  ),
];

export const ANSWER_FAULTS: AnswerFault[] = [...BROKEN, ...LATE, ...REFUSED, ...STRANGE, ...LARGE];
