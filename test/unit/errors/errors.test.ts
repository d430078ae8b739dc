// Error messages: in one line whatever was thrown, in three where a request failed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthError, errorMessage } from '../../../src/errors/errors.js';

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
  it('is told in three lines', () => {
    assert.match(
      new AuthError({ stage: 'token', tried: 'x', got: 'y', hint: 'Hint.' }).message,
      /^Tried: x\nGot: {3}y \(.*\)\nDo: {4}Hint\. /,
    );
  });
});
