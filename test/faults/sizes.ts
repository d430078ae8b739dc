// Too much of anything: bodies, headers, what is packed into a small body.

import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { type AnswerFault, fault } from './kinds.js';
import { headOf, pour, whole } from './wire.js';

const MiB = 1 << 20;

function* repeat<T>(piece: T, times: number): Generator<T> {
  for (let i = 0; i < times; i++) yield piece;
}

const ZEROS = Buffer.alloc(MiB);
/** Can be repeated within one stream: 16 MiB of zeros that end at a whole byte. */
const DEFLATED = deflateRawSync(Buffer.alloc(16 * MiB), { finishFlush: constants.Z_FULL_FLUSH });

const BOMB = [gzipSync('').subarray(0, 10), ...repeat(DEFLATED, 80)];
export const LARGE: AnswerFault[] = [
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
