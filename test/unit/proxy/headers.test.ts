// Headers on their way up and down, and where a Location leads.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Credential } from '../../../src/login/credential.js';
import { headersDown, headersUp, localLocation } from '../../../src/proxy/headers.js';

const cookie: Credential = {
  method: 'cookie',
  cookie: 'p_0=secret-one; p_1=secret-two',
  identity: '',
  expiresAt: undefined,
};
const up = { host: 'mlflow.example:8443', credential: cookie, workspace: 'team-a', length: null };

describe('headers on their way up', () => {
  it('have one Cookie, one Accept and the length of the body', () => {
    const given = ['Accept', 'text/html', 'cookie', 'mine=1', 'ACCEPT', 'application/JSON', 'X-A', '1', 'x-a', '2'];
    const list = headersUp(given, { ...up, length: 3 });
    assert.deepEqual(list, [
      ...['Host', 'mlflow.example:8443', 'X-A', '1', 'x-a', '2', 'Accept', 'text/html, application/JSON'],
      ...['X-MLFLOW-WORKSPACE', 'team-a', 'cookie', cookie.cookie, 'Content-Length', '3', 'Connection', 'keep-alive'],
    ]);
  });

  it('announce chunks where the length is not known, and nothing where there is no body', () => {
    const names = (length: number | null | undefined) =>
      headersUp([], { ...up, length }).filter((_, at) => at % 2 === 0);
    assert.ok(names(undefined).includes('Transfer-Encoding') && !names(undefined).includes('Content-Length'));
    for (const name of ['Transfer-Encoding', 'Content-Length']) assert.ok(!names(null).includes(name));
  });
});

describe('headers on their way down', () => {
  it('hold no part of a cookie, and no token under any name', () => {
    const token = `eyJhbGciOi.eyJzdWIiOiJ.${'x'.repeat(20)}`;
    const given = [
      'X-1',
      'a secret-two b',
      'X-2',
      `t=${token}`,
      'Connection',
      'x-3',
      'X-3',
      '3',
      'X-4',
      '4',
      'Trailer',
      'x-5',
    ];
    assert.deepEqual(
      headersDown(given, cookie, (location) => location),
      ['X-4', '4'],
    );
  });
});

describe('a Location', () => {
  const server = new URL('https://mlflow.example/clusters/c1/mlflow');
  const CASES: [location: string, expected: string][] = [
    ['/clusters/c1/mlflow/a', '/t/x/a'],
    ['/clusters/c1/mlflow', '/t/x/'],
    ['/clusters/c1/mlflow?a=b', '/t/x/?a=b'],
    ['../b', '/t/x/b'],
    ['https://mlflow.example/clusters/c1/mlflowers', 'https://mlflow.example/clusters/c1/mlflowers'],
    ['https://mlflow.example:444/clusters/c1/mlflow/a', 'https://mlflow.example:444/clusters/c1/mlflow/a'],
    ['//elsewhere/a', '//elsewhere/a'],
    ['http://[', 'http://['],
  ];
  for (const [location, expected] of CASES)
    it(`${location} becomes ${expected}`, () =>
      assert.equal(localLocation(location, server, '/x/y', '/t/x'), expected));
});
