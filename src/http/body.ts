// Reads the body of an answer, up to its limit of size, and unpacks it.

const MAX_BODY_BYTES = 1 << 20;
/** More than any server uses. Each takes time, during which no time limit can end the request. */
const MAX_CODINGS = 5;

/**
 * Reads at most 1 MiB, so that no server can fill the memory.
 * @throws when it is larger or breaks off
 */
export async function readBody(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    read.push(chunk);
  }
  return Buffer.concat(read);
}

const tooLarge = () => Object.assign(new Error('the response is larger than 1 MiB'), { code: 'ERR_ANSWER_TOO_LARGE' });

/**
 * Undoes the codings of a body (RFC 9110, 8.4), which a server may use though nobody requests them.
 * @param codings value of Content-Encoding; a body in one that is not known stays as it is
 * @throws Error with zlib's code, when it is larger than 1 MiB, or in more than 5 codings
 */
export function unpack(body: Buffer, codings: string): Buffer {
  const names = codings.split(',').map((one) => one.trim().toLowerCase());
  if (body.length === 0 || codings === '') return body;
  if (names.length > MAX_CODINGS) throw new Error(`the response is packed more than ${MAX_CODINGS} times`);
  const { brotliDecompressSync, gunzipSync, inflateSync } = process.getBuiltinModule('node:zlib');
  const known = new Map([
    ['gzip', gunzipSync],
    ['x-gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
  ]);
  try {
    return names.reduceRight(
      (packed, name) => known.get(name)?.(packed, { maxOutputLength: MAX_BODY_BYTES }) ?? packed,
      body,
    );
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : error;
  }
}
