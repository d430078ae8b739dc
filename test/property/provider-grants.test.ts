// Any answer of an OpenID provider to a password, a refresh token or an exchange: a masked token, or an AuthError; and one request.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthError } from '../../src/errors/errors.js';
import type { Http } from '../../src/http/types.js';
import { way as passwordGrant } from '../../src/login/ways/password-grant.js';
import { way as refreshToken } from '../../src/login/ways/refresh-token.js';
import { way as tokenExchange } from '../../src/login/ways/token-exchange.js';
import type { Settings } from '../../src/settings/types.js';
import { isJwt } from '../../src/util/jwt.js';
import { body, jsonWith, text } from '../support/property/arbitraries.js';
import { checkEnds } from '../support/property/check.js';
import { type Asked, answer, outcome, type Reply, reply } from '../support/property/replies.js';

const ISSUER = 'https://provider.test/realms/ml';
const SECRETS = ['the-password', 'the-refresh-token', 'the-bearer-token', 'the-client-secret'];
const [PASSWORD = '', REFRESH = '', BEARER = '', CLIENT = ''] = SECRETS;

const SETTINGS = {
  at: 'provider',
  platform: '',
  issuer: ISSUER,
  trackingUri: '',
  clientId: 'ci',
  clientSecret: CLIENT,
  clientKey: '',
  clientAuth: 'post',
  assertionAudience: '',
  audience: '',
  resource: '',
  scopes: '',
  username: 'ci',
  password: PASSWORD,
  refreshToken: REFRESH,
  bearer: { kind: 'given', token: BEARER },
  verify: true,
} as unknown as Settings;

const jwtOf = (claims: string) => `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(claims).toString('base64url')}.c2ln`;
const JSON_TYPE: Reply['headers'] = [['content-type', 'application/json']];
const DOCUMENT = JSON.stringify({ issuer: ISSUER, token_endpoint: `${ISSUER}/token` });

const token = fc.oneof(
  { arbitrary: fc.constant(jwtOf(JSON.stringify({ iss: ISSUER, aud: 'mlflow', exp: 4e9 }))), weight: 4 },
  jsonWith('iss', 'aud', 'sub', 'exp', 'email').map(jwtOf),
  text,
);
const tokens = fc
  .record({ access_token: token, refresh_token: fc.oneof(fc.constant(undefined), fc.constant('the-next-one'), text) })
  .map((some) => JSON.stringify({ token_type: 'bearer', expires_in: 60, ...some }));
const usual = tokens.map((one): Reply => ({ status: 200, headers: JSON_TYPE, body: one }));
const answers = fc.oneof(tokens, body, jsonWith('access_token', 'id_token', 'refresh_token', 'token_type', 'error'));

for (const [name, { login }, secret, keeps] of [
  ['the password grant', passwordGrant, PASSWORD, true],
  ['a refresh token', refreshToken, REFRESH, true],
  ['token exchange', tokenExchange, BEARER, false],
] as const)
  describe(`a login with ${name}`, () => {
    it('gives a JWT, masked, or it is an AuthError, whatever the provider answers', () =>
      checkEnds(fc.oneof(usual, reply(answers)), ['a token', 'AuthError'], async (one) => {
        const asked: Asked[] = [];
        const masked: string[] = [];
        const kept: string[] = [];
        const http: Http = async (address, request) => {
          const url = new URL(address);
          asked.push({ ...request, url });
          assert.ok(asked.length <= 50, 'it asks without end');
          const found = url.pathname.endsWith('/openid-configuration');
          return answer(found ? { status: 200, headers: JSON_TYPE, body: DOCUMENT } : one, url, request.what);
        };
        const context = {
          http,
          mask: (value: string) => void masked.push(value),
          keep: (value: string) => void kept.push(value),
          step: <T>(_: string, work: () => Promise<T>) => work(),
          note: () => {},
          warn: () => {},
        };
        const result = await outcome(login(context, SETTINGS));
        assert.ok(asked.every(({ url }) => url.href.startsWith(`${ISSUER}/`)));
        const carrying = asked.filter(({ url, body: sent }) => SECRETS.some((each) => `${url}${sent}`.includes(each)));
        assert.equal(carrying.length, 1);
        assert.ok(carrying.every(({ retry, body: sent }) => retry !== true && `${sent}`.includes(secret)));
        assert.ok(kept.every((each) => keeps && masked.includes(each)));
        if (result instanceof AuthError) {
          assert.ok(SECRETS.every((each) => !result.message.includes(each)));
          return 'AuthError';
        }
        const { credential } = result;
        assert.ok(isJwt(credential.token) && masked.includes(credential.token));
        if (!keeps) assert.equal(credential.refreshToken, undefined);
        else if (credential.refreshToken !== REFRESH) assert.equal(credential.refreshToken, kept[0]);
        return 'a token';
      }));
  });
