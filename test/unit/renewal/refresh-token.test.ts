// Where a new refresh token goes: into its file, into the output of the action, or nowhere, which is said.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AuthError } from '../../../src/errors/errors.js';
import type { RequestName } from '../../../src/errors/failure.js';
import type { Credential } from '../../../src/login/credential.js';
import { refreshTokenOutput, refreshTokenStore } from '../../../src/renewal/refresh-token.js';
import type { Settings } from '../../../src/settings/types.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-refresh-'));
after(() => rmSync(folder, { recursive: true }));

const settingsOf = (some: Partial<Settings>) => ({ method: 'token', refreshToken: 'given', ...some }) as Settings;

describe('the store of the refresh token', () => {
  it('is its file, which is written for each new token and not for the same one', () => {
    const file = join(folder, 'token');
    const warned: string[] = [];
    const keep = refreshTokenStore(settingsOf({ refreshTokenFile: file }), (text) => warned.push(text));
    const written = ['given', 'second', '', 'second', 'third'].map((token) => {
      writeFileSync(file, 'untouched');
      keep?.(token);
      return readFileSync(file, 'utf8');
    });
    assert.deepEqual(written, ['untouched', 'second', 'untouched', 'second', 'third']);
    assert.equal(warned.length, 0);
  });

  it('is none where none is needed, and where there is no place, with a warning', () => {
    const warned: string[] = [];
    const store = (some: Partial<Settings>) => refreshTokenStore(settingsOf(some), (text) => warned.push(text));
    assert.equal(store({ refreshToken: '', refreshTokenFile: join(folder, 'a') }), undefined);
    assert.equal(store({ method: 'cookie', refreshTokenFile: join(folder, 'a') }), undefined);
    assert.equal(warned.length, 0);
    assert.equal(store({}), undefined);
    assert.equal(store({ refreshTokenFile: join(folder, 'no', 'such', 'folder') }), undefined);
    assert.equal(warned.filter((text) => text.includes('is not stored')).length, 2);
    assert.equal(warned.filter((text) => text.includes('cannot be written')).length, 1);
  });

  it('that fails later on is reported, and ends nothing', () => {
    const file = join(folder, 'becomes-a-folder');
    const warned: string[] = [];
    const keep = refreshTokenStore(settingsOf({ refreshTokenFile: file }), (text) => warned.push(text));
    mkdirSync(join(file, 'x'), { recursive: true });
    keep?.('next');
    assert.match(warned.join(), /cannot be written; its new content is kept in .*the next run uses the new one/);
  });
});

describe('the output refresh-token', () => {
  const credential = (refreshToken: string | undefined): Credential => ({
    method: 'token',
    token: 't',
    refreshToken,
    identity: 'i',
    expiresAt: undefined,
  });
  const cookie: Credential = { method: 'cookie', cookie: 'c=1', identity: 'i', expiresAt: undefined };
  /** What is set after a login with these settings, in which these tokens came. */
  function outputOf(some: Partial<Settings>, received: string[], end: Credential | Error): string[] {
    const set: string[] = [];
    const output = refreshTokenOutput((token) => set.push(token));
    const settings = settingsOf(some);
    for (const token of received) output.keep(settings)?.(token);
    if (end instanceof Error) output.afterFailure();
    else output.afterLogin(settings, end);
    return set;
  }
  const STAGES: RequestName[] = ['token', 'refresh', 'login', 'proxy', 'callback', 'mlflow'];
  const failedAt = (request: RequestName) =>
    new AuthError({ request, tried: { what: 'x' }, answer: { status: 500, kind: 'empty' } });

  it('is the next one, or the one that stays good', () => {
    assert.deepEqual(outputOf({}, ['next'], credential('next')), ['next']);
    assert.deepEqual(outputOf({}, [], credential('given')), ['given']);
  });

  it('is not set where none was given, where renewals use it, and for a cookie', () => {
    assert.deepEqual(outputOf({ refreshToken: '' }, ['next'], credential('next')), []);
    assert.deepEqual(outputOf({ renew: true }, ['next'], credential('next')), []);
    assert.deepEqual(outputOf({}, [], cookie), []);
    assert.deepEqual(outputOf({}, [], credential(undefined)), []);
  });

  it('is set at the receipt of a token, and after every failure, with renew too, if a new one came', () => {
    for (const error of [...STAGES.map(failedAt), new Error('disk full')])
      for (const renew of [false, true]) {
        assert.equal(outputOf({ renew }, ['first', 'next'], error).at(-1), 'next');
        assert.deepEqual(outputOf({ renew }, [], error), []);
        assert.deepEqual(outputOf({ renew, refreshToken: '' }, ['next'], error), []);
      }
    const set: string[] = [];
    refreshTokenOutput((token) => set.push(token)).keep(settingsOf({}))?.('next');
    assert.deepEqual(set, ['next']);
  });

  it('that cannot be set at the receipt is set at the end', () => {
    let full = true;
    const set: string[] = [];
    const output = refreshTokenOutput((token) => {
      if (full) throw new Error('ENOSPC');
      set.push(token);
    });
    output.keep(settingsOf({}))?.('next');
    assert.throws(output.afterFailure, /ENOSPC/);
    full = false;
    output.afterFailure();
    output.afterFailure();
    assert.deepEqual(set, ['next']);
  });
});
