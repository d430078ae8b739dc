// Faults of answers: broken off, late, refusing; with those of other files, all there are.

import { CONTENTS } from './contents.js';
import { type AnswerFault, fault, other, someBody } from './kinds.js';
import { LARGE } from './sizes.js';
import { headOf, type Reached, whole, write } from './wire.js';

const half = (text: string | Buffer) => text.slice(0, Math.ceil(text.length / 2));

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

/** A proxy in front of a server writes a page of its own, which says nothing of the server's. */
const PAGE = (status: number) =>
  `<html>\r\n<head><title>${status} Error</title></head>\r\n<body><center><h1>${status} Error</h1></center><hr><center>nginx</center></body>\r\n</html>`;
const PAGES: AnswerFault[] = [429, 500, 502, 503].map((status) => {
  const answer = other(status, PAGE(status), { 'content-type': 'text/html', 'retry-after': '0' });
  return fault(status === 500 ? '500' : 'busy', `${status} with a page`, answer);
});

/** All of them. */
export const ANSWER_FAULTS: AnswerFault[] = [...BROKEN, ...LATE, ...REFUSED, ...PAGES, ...CONTENTS, ...LARGE];
