// Error messages: in one line whatever was thrown, in three where a request failed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthError, errorMessage } from '../../../src/errors/errors.js';
import { runOf } from '../../support/property/encoders.js';

describe('an error message', () => {
  const CASES: [thrown: unknown, text: string][] = [
    [null, 'unknown error (object)'],
    [undefined, 'unknown error (undefined)'],
    ['text', 'text'],
    ['', 'unknown error (string)'],
    [{ message: 'from an object' }, 'from an object'],
    [new Error(''), 'Error'],
    [new Error('outer', { cause: new Error('inner') }), 'outer: inner'],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED: refused'],
    [new AggregateError([new Error('one'), new Error('two'), new Error('one')]), 'one; two'],
  ];
  for (const [thrown, text] of CASES) it(`is "${text}"`, () => assert.equal(errorMessage(thrown), text));
});

describe('a failed request', () => {
  it('is shown in three lines', () => {
    assert.match(
      new AuthError({
        request: 'token',
        tried: { what: 'x' },
        diagnosis: { id: 'bad-key', facts: { text: 'y' } },
        hint: 'Hint.',
      }).message,
      /^Tried: x\nGot: {3}y \(.*\)\nFix: {3}Hint\. /,
    );
  });
});

describe('an error of the runtime', () => {
  const value = 'Bearer s3cr3t-t0ken-\u0100-of-someone';
  const throwing: Record<string, () => unknown> = {
    'a header': () => new Headers({ authorization: value }),
    "a header's name": () => new Headers({ [value]: 'x' }),
    JSON: () => JSON.parse(value),
    'JSON that breaks off': () => JSON.parse(`{"password":"${value}`),
    'JSON with an error in it': () => JSON.parse(`{"password":${value}, "x": 1}`),
    'an address': () => new URL(value),
  };
  for (const [name, work] of Object.entries(throwing)) {
    it(`quotes nothing of ${name}`, () => {
      try {
        work();
        assert.fail('nothing is thrown');
      } catch (error) {
        const message = errorMessage(error);
        assert.ok(message.length > 5, message);
        assert.equal(runOf([value], message), '', message);
        assert.equal(runOf([value], errorMessage(new Error('outer', { cause: error }))), '');
      }
    });
  }
  const TEXTS = [
    `Headers.append: "${value}" is an invalid header value.`,
    `Invalid URL: '${value}'`,
    `Request cannot be constructed from a URL that includes credentials: ${value}`,
    `Failed to parse URL from ${value}`,
    `Unexpected token 'B', ..."${value}"... is not valid JSON`,
  ];
  for (const text of TEXTS)
    it(`loses the value of "${text.slice(0, 24)}"`, () =>
      assert.equal(runOf([value], errorMessage(new Error(text))), ''));
});
