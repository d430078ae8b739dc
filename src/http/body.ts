// Reads the body of an answer, within its limits of size and time.

import type { Response } from 'undici';

const MAX_BODY_BYTES = 1 << 20;

/**
 * Reads at most 1 MiB of the decoded body, so that no server can fill the memory, and decodes it as UTF-8.
 * @throws when it is larger, breaks off, or is not there when the signal comes
 */
export function readBody(response: Response, signal: AbortSignal): Promise<string> {
  return Promise.race([readAll(response), end(signal)]);
}

/** Fails when the time is over, even where undici tells nobody: under Deno it may lose a body that cannot be decoded. */
function end(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

async function readAll(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES)
      throw Object.assign(new Error('the response is larger than 1 MiB'), { code: 'ERR_ANSWER_TOO_LARGE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
