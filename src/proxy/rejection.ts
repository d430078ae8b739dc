// Reads what comes of an answer that may reject the credential, as far as that needs its body.

import type { IncomingMessage } from 'node:http';
import { PlainHeaders } from '../http/headers.js';
import { factsOf } from '../http/response.js';
import { isRejected } from '../login/rejected.js';
import type { Method } from '../settings/types.js';

/** Bytes of a body that may be read for it. */
const LONGEST = 1 << 16;

/** An answer, looked at. */
export interface Looked {
  rejected: boolean;
  /** What was read of its body, all of it, in place of the stream; undefined where nothing was. */
  body: Buffer | undefined;
}

/**
 * Looks at the head of an answer, and at the body of a 401 or a 403 that is not JSON.
 * @param method of the credential: a 403 says nothing of a password, for MLflow's basic-auth denies permissions by it
 * @throws where the body breaks off
 */
export async function lookAt(answer: IncomingMessage, url: URL, method: Method): Promise<Looked> {
  const { statusCode: status = 0 } = answer;
  const redirect = status >= 300 && status <= 399;
  const type = answer.headers['content-type'] ?? '';
  const forbids = status === 403 && method !== 'basic' && !/json/i.test(type);
  if (!redirect && status !== 401 && !forbids) return { rejected: false, body: undefined };
  const length = Number(answer.headers['content-length'] ?? 0);
  const body = redirect || length > LONGEST ? undefined : await readSome(answer);
  const headers = new PlainHeaders({ 'content-type': type, location: answer.headers.location });
  const tried = { what: '' };
  const rejected = isRejected(factsOf({ url, status, headers, body: body?.toString('utf8') ?? '', tried }));
  return { rejected, body };
}

/** The whole body; what is longer than the limit is no answer of oauth2-proxy, and is cut. */
async function readSome(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.length;
    if (length <= LONGEST) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
