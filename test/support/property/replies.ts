// Servers that answer anything at all, and what must hold of whatever comes of it.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AuthError } from '../../../src/errors/errors.js';
import type { Http, HttpResponse, Request } from '../../../src/http/types.js';
import { shortened } from '../../../src/util/text.js';
import { body, headerValue, location } from './arbitraries.js';

export interface Reply {
  status: number;
  headers: [name: string, value: string][];
  body: string;
}

/** A request that was made. */
export interface Asked extends Request {
  url: URL;
}

const status = fc.oneof(fc.constantFrom(200, 302, 401, 403, 404, 500), fc.integer({ min: 200, max: 599 }));

/** An answer of any kind, with one of these bodies, and with this status if one is given. */
export function reply(bodies: fc.Arbitrary<string> = body, fixed?: number): fc.Arbitrary<Reply> {
  const header = fc.oneof(
    fc.tuple(fc.constant('location'), location),
    fc.tuple(fc.constantFrom('content-type', 'set-cookie', 'gap-auth'), headerValue),
    fc.tuple(fc.constant('content-type'), fc.constantFrom('text/html', 'application/json')),
  );
  const statuses = fixed === undefined ? status : fc.constant(fixed);
  return fc.record({ status: statuses, headers: fc.uniqueArray(header, { selector: ([name]) => name }), body: bodies });
}

/** An HTTP that gives these replies in turn, over and over, and keeps what it was asked. */
export function fakeHttp(replies: Reply[]): { http: Http; asked: Asked[] } {
  const asked: Asked[] = [];
  const http: Http = async (address, request) => {
    const url = new URL(address);
    const { status, headers, body } = replies[asked.length % replies.length] as Reply;
    asked.push({ ...request, url });
    assert.ok(asked.length <= 50, 'it asks without end');
    return answer({ status, headers, body }, url, request.what);
  };
  return { http, asked };
}

/** A reply as the program sees it. */
export function answer(reply: Reply, url: URL, what = 'test'): HttpResponse {
  return {
    ...reply,
    url,
    headers: new Headers(reply.headers),
    tried: { what, method: 'GET', address: `${url.origin}${url.pathname}` },
  };
}

/** The result, or the AuthError in place of it, which must be fit to be printed. Any other error goes on. */
export async function outcome<T>(work: Promise<T>): Promise<T | AuthError> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    assertPrintable(error);
    return error;
  }
}

/** Three lines without control and format characters, and not too long for a log. */
export function assertPrintable({ message }: AuthError): void {
  const lines = message.split('\n');
  assert.equal(lines.length, 3);
  for (const line of lines) assertLine(shortened(line), 1400);
}

/** One line of bounded length, which a terminal or a runner takes for nothing but text. */
export function assertLine(line: string, max: number): void {
  assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  assert.ok(!line.includes('##['), line);
  assert.ok(line.length <= max, `${line.length} characters`);
}
