// The light headers of an answer say what those of fetch say.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlainHeaders } from '../../../src/http/headers.js';

describe('headers', () => {
  for (const Class of [PlainHeaders, Headers]) {
    it(`of ${Class.name} are found whatever the case of their names`, () => {
      const headers = new Class({ 'content-type': 'text/html', accept: 'a' });
      assert.deepEqual(
        [headers.get('content-type'), headers.get('Accept'), headers.get('x'), headers.getSetCookie()],
        ['text/html', 'a', null, []],
      );
    });
  }

  it('of one name are joined, but for Set-Cookie', () => {
    const headers = new PlainHeaders({ x: ['1', '2'], 'set-cookie': ['a=1', 'b=2'], none: undefined });
    assert.deepEqual([headers.get('x'), headers.get('none'), headers.getSetCookie()], ['1, 2', null, ['a=1', 'b=2']]);
  });
});
