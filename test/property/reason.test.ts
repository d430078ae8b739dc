// What is read out of any answer: a reason in one line, in time that grows no faster than the answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError, errorMessage } from '../../src/errors/errors.js';
import { expectJson, jsonArray, jsonObject, responseError, serverReason } from '../../src/http/response.js';
import { bounded, printable, shortened } from '../../src/util/text.js';
import { body, jsonWith, text } from '../support/property/arbitraries.js';
import { check, checkEnds } from '../support/property/check.js';
import { answer, assertLine, assertPrintable, reply } from '../support/property/replies.js';

/** What is kept of an answer until secrets are struck out of it, which comes before it is cut to a line. */
const LONGEST = (1 << 14) + 3;
const URI = new URL('https://platform.test/dex/api/v1/authorize');

describe('of any answer', () => {
  it('the reason is one line, never empty', () =>
    check(
      fc.property(reply(), (one) => {
        const reason = serverReason(answer(one, URI));
        assert.notEqual(reason, '');
        assertLine(reason, LONGEST);
      }),
      [[{ status: 403, headers: [], body: '\0' }]],
    ));

  it('the reason is the text that the server gives', () =>
    check(
      fc.property(text, text, (code, message) => {
        const reason = serverReason(
          answer({ status: 400, headers: [], body: JSON.stringify({ error: code, message }) }, URI),
        );
        // What is not printable leaves nothing of a field, and then no sign between two.
        const expected = [code, message].map(bounded).filter(Boolean).join(': ');
        assert.equal(reason, expected || 'JSON without a reason');
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
    checkEnds(fc.oneof(reply(), reply(jsonWith('req', 'error'), 200)), ['JSON', 'AuthError'], (one) => {
      let json: unknown;
      try {
        json = expectJson(answer(one, URI), 'authorize');
      } catch (error) {
        assert.ok(error instanceof AuthError, errorMessage(error));
        return 'AuthError';
      }
      assert.deepEqual(json, jsonObject(one.body));
      assert.equal(one.status, 200);
      return 'JSON';
    }));

  it('the objects of a list come as they are, and nothing else', () =>
    checkEnds(
      fc.oneof(
        fc.json(),
        fc.array(jsonWith('id')).map((all) => `[${[...all, '1', 'null'].join(',')}]`),
      ),
      ['objects', 'none'],
      (text) => {
        const list = JSON.parse(text);
        const objects = jsonArray(text);
        const expected = Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : [];
        assert.equal(objects.length, expected.length);
        assert.ok(objects.every((one) => typeof one === 'object' && one !== null));
        return objects.length > 0 ? 'objects' : 'none';
      },
    ));

  // With a pattern whose time grows with the square of the page, this takes minutes.
  it('of a megabyte is read to its end', () => {
    const MIB = 1 << 20;
    for (const part of ['<p ', '<title ', '<h2 <p>', '<p>x', '<div class="content" ', ' ', '-----', 'Request ID: ']) {
      const reason = serverReason(
        answer({ status: 500, headers: [], body: `<${part.repeat(MIB / part.length)}` }, URI),
      );
      assert.ok(reason.length <= LONGEST, part);
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
        assertLine(shortened(printable(one)), 1320);
      }),
    ));

  it('can be the text of an error', () =>
    check(
      fc.property(text, text, text, (tried, got, hint) =>
        assertPrintable(
          new AuthError({
            request: 'token',
            tried: { what: tried },
            diagnosis: { id: 'bad-key', facts: { text: got.repeat(1000) } },
            hint,
          }),
        ),
      ),
    ));

  it('and any value can be thrown', () =>
    check(
      fc.property(fc.anything(), (thrown) => assert.notEqual(errorMessage(thrown), '')),
      [[' '], ['\0'], [new Error('\n')], [{ message: ' ' }]],
    ));
});
