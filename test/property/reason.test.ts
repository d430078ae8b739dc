// What is read out of any answer: a reason in one line, in time that grows no faster than the answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError, errorMessage } from '../../src/errors/errors.js';
import { expectJson, jsonArray, jsonObject, responseError, serverReason } from '../../src/http/response.js';
import { oneLine, printable } from '../../src/util/text.js';
import { body, text } from '../support/property/arbitraries.js';
import { check } from '../support/property/cases.js';
import { answer, assertLine, assertPrintable, reply } from '../support/property/servers.js';

const URI = new URL('https://platform.test/dex/api/v1/authorize');

describe('of any answer', () => {
  it('the reason is one short line, never empty', () =>
    check(
      fc.property(reply(), (one) => {
        const reason = serverReason(answer(one, URI));
        assert.notEqual(reason, '');
        assertLine(reason, 243);
      }),
      [[{ status: 403, headers: [], body: '\0' }]],
    ));

  it('the reason is the text that the server gives', () =>
    check(
      fc.property(text, text, (code, message) => {
        const reason = serverReason(
          answer({ status: 400, headers: [], body: JSON.stringify({ error: code, message }) }, URI),
        );
        const expected = [code, message].filter(Boolean).join(': ');
        assert.equal(reason, oneLine(expected) || 'JSON without a reason');
      }),
    ));

  it('the refusal is fit to be printed, and has nothing of the query that was redirected to', () =>
    check(
      fc.property(reply(), fc.stringMatching(/^[a-z]{20}$/), (one, code) => {
        assertPrintable(responseError(answer(one, URI), 'proxy'));
        const location = `https://other.test/callback?code=${code}&state=${code}#${code}`;
        const redirect = responseError(
          answer({ ...one, status: 302, body: '', headers: [['location', location]] }, URI),
          'proxy',
        );
        assert.ok(!redirect.message.includes(code));
      }),
    ));

  it('JSON comes as what it is, or as an AuthError', () =>
    check(
      fc.property(reply(), (one) => {
        for (const object of jsonArray(one.body)) assert.equal(typeof object, 'object');
        try {
          assert.deepEqual(expectJson(answer(one, URI), 'authorize'), jsonObject(one.body));
          assert.equal(one.status, 200);
        } catch (error) {
          assert.ok(error instanceof AuthError, errorMessage(error));
        }
      }),
    ));

  // With a pattern whose time grows with the square of the page, this takes minutes.
  it('of a megabyte is read to its end', () => {
    const MIB = 1 << 20;
    for (const part of ['<p ', '<title ', '<h2 <p>', '<p>x', '<div class="content" ', ' ', '-----', 'Request ID: ']) {
      const reason = serverReason(
        answer({ status: 500, headers: [], body: `<${part.repeat(MIB / part.length)}` }, URI),
      );
      assert.ok(reason.length < 300, part);
    }
  });
});

describe('any text', () => {
  it('becomes one line that stays as it is the second time', () =>
    check(
      fc.property(fc.oneof(text, body), (one) => {
        const line = printable(one);
        assertLine(line, 2 * one.length);
        assert.equal(printable(line), line);
        assertLine(oneLine(one), 243);
      }),
    ));

  it('can be the text of an error', () =>
    check(
      fc.property(text, text, text, (tried, got, hint) =>
        assertPrintable(new AuthError({ stage: 'token', tried, got: got.repeat(1000), hint })),
      ),
    ));

  it('and any value can be thrown', () =>
    check(fc.property(fc.anything(), (thrown) => assert.notEqual(errorMessage(thrown), ''))));
});
