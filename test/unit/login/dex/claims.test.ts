// What an ID token says of itself: whose it is, until when it lives, or nothing.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeClaims, expiryOf, identityOf } from '../../../../src/login/dex/claims.js';

describe('claims', () => {
  const jwt = (claims: unknown) => `eyJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

  it('tell identity in the order in which the vendor names owners', () => {
    const claims = { email: 'e@x', preferred_username: 'p', name: 'n', sub: 's' };
    assert.equal(identityOf(claims), 'e@x');
    assert.equal(identityOf({ ...claims, email: '' }), 'p');
    assert.equal(identityOf({ name: 'n', sub: 's' }), 'n');
    assert.equal(identityOf({ email: 7, sub: 's' }), 's');
    assert.equal(identityOf({}), '');
  });

  it('tell the end of the token, if it is a time', () => {
    assert.equal(expiryOf(decodeClaims(jwt({ exp: 1779940350 })) ?? {})?.toISOString(), '2026-05-28T03:52:30.000Z');
    for (const exp of ['1779940350', null, 1e300, undefined]) assert.equal(expiryOf({ exp }), undefined);
  });

  it('are undefined in what is no JWT', () => {
    for (const text of ['', 'a', 'a.b', 'a.b.c', jwt([]), jwt(null)]) assert.equal(decodeClaims(text), undefined);
  });
});
