// The body of a request: kept where it is small, so that it can be sent again, or passed on as it comes.

import type { ClientRequest, IncomingMessage } from 'node:http';

/** Bytes that are kept. */
export const LARGEST_KEPT = 1 << 20;

/** A body as it goes on. */
export interface Body {
  /** All of it, where it can be sent again. */
  kept: Buffer | undefined;
  /** Bytes; undefined where that is not known before its end, null for no body. */
  length: number | undefined | null;
  /** Writes what is not kept, once. */
  pass: (to: ClientRequest) => void;
}

/**
 * Reads a body up to the limit.
 * @param onBytes gets the number of bytes that have come
 * @throws where the client goes away meanwhile
 */
export async function readBody(request: IncomingMessage, onBytes: (count: number) => void): Promise<Body> {
  const { 'content-length': given, 'transfer-encoding': chunked } = request.headers;
  if (given === undefined && chunked === undefined) {
    // Some servers want a length of each POST (RFC 9110, 8.6).
    const named = ['POST', 'PUT', 'PATCH'].includes(request.method ?? '');
    return { kept: Buffer.alloc(0), length: named ? 0 : null, pass: () => {} };
  }
  const length = given === undefined ? undefined : Number(given);
  const chunks: Buffer[] = [];
  let read = 0;
  if (length === undefined || length <= LARGEST_KEPT) {
    const ended = await readUpTo(request, (chunk) => {
      onBytes(chunk.length);
      chunks.push(chunk);
      read += chunk.length;
      return read <= LARGEST_KEPT;
    });
    if (ended) return { kept: Buffer.concat(chunks), length: read, pass: () => {} };
  }
  const pass = (to: ClientRequest) => {
    for (const chunk of chunks.splice(0)) to.write(chunk);
    request.on('data', (chunk) => onBytes(chunk.length));
    request.on('error', () => to.destroy());
    request.pipe(to);
  };
  return { kept: undefined, length, pass };
}

/** Reads until `take` returns false, and pauses. @returns whether that was all */
function readUpTo(request: IncomingMessage, take: (chunk: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const done = (work: () => void) => {
      request.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      work();
    };
    const onData = (chunk: Buffer) => {
      if (take(chunk)) return;
      request.pause();
      done(() => resolve(false));
    };
    const onEnd = () => done(() => resolve(true));
    const onError = (error: Error) => done(() => reject(error));
    const onClose = () => done(() => reject(new Error('the client has gone')));
    request.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}
