// Answers as bytes on the wire, and what faults do with them there.

import type { Socket } from 'node:net';
import type { Answer } from '../support/fake/platform.js';

/** A request that came in, and the fake platform's answer to it. */
export interface Reached {
  answer: Answer;
  url: URL;
  socket: Socket;
  /** Resets the connection beneath TLS. */
  reset: () => void;
}

/** The body as it is sent. */
export function bodyOf({ body }: Answer): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Status line and headers, up to the empty line. */
export function headOf({ status, headers }: Answer, more: Record<string, string | string[]>): string {
  const all = { 'content-type': 'application/json', ...headers, ...more, connection: 'close' };
  const lines = Object.entries(all).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return `HTTP/1.1 ${[`${status} Status`, ...lines].join('\r\n')}\r\n\r\n`;
}

/** The whole answer. */
export function whole(answer: Answer, more: Record<string, string | string[]> = {}): Buffer {
  const body = Buffer.from(bodyOf(answer));
  const head = headOf(answer, { 'content-length': String(body.byteLength), ...more });
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** Writes, and waits until it is out, with a moment for the client to see it. */
export async function write(socket: Socket, data: string | Buffer): Promise<void> {
  await new Promise<void>((done) => socket.write(data, 'latin1', () => setTimeout(done, 50)));
}

/** Writes what there is until it ends or the client has gone. */
export async function pour(socket: Socket, pieces: Iterable<string | Buffer>): Promise<void> {
  const gone = new Promise<void>((resolve) => socket.once('close', resolve));
  for (const piece of pieces) {
    if (socket.destroyed) return;
    if (!socket.write(piece, 'latin1')) {
      await Promise.race([gone, new Promise<void>((resolve) => socket.once('drain', resolve))]);
    }
  }
  socket.end();
}

/** Shorter pieces of a secret tell nothing. */
const TELLING = 80;

/** The secrets in an answer: tokens, code, cookies; of long ones also the beginning and the end. */
export function issuedBy({ body, headers }: Answer): string[] {
  const json = typeof body === 'object' ? (body as Record<string, unknown> | null) : null;
  const { access_token, id_token, refresh_token, redirect_url } = json ?? {};
  const answered = typeof redirect_url === 'string' ? redirect_url.replace(/^[^?#]*[?#]/, '') : '';
  const cookies = [headers?.['set-cookie'] ?? []].flat().map((cookie) => /^[^=]*=([^;]*)/.exec(cookie)?.[1]);
  const secrets = [access_token, id_token, refresh_token, new URLSearchParams(answered).get('code'), ...cookies];
  const texts = secrets.filter((one): one is string => typeof one === 'string' && one !== '');
  return texts.flatMap((text) =>
    text.length > 2 * TELLING ? [text, text.slice(0, TELLING), text.slice(-TELLING)] : [text],
  );
}
