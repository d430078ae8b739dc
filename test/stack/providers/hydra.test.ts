// What Ory Hydra and oauth2-proxy answer to plain requests, on which the product builds.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type CiSystem, startCi } from '../ci-issuer.js';
import { CI_JOB, CLIENT_SECRET } from '../stack.js';
import { type Behind, type Provider, startBehind } from './behind.js';
import { JWT_BEARER, startHydra } from './hydra.js';
import { asserted, assertion, atProxy, basic, claimsOf, PASSES, post, REFUSED, rawBasic } from './requests.js';

let ci: CiSystem;
let hydra: Provider;
let behind: Behind;
before(async () => {
  ci = await startCi();
  hydra = await startHydra(ci);
  behind = await startBehind(hydra, { usual: {}, 'another-audience': { oidc_extra_audiences: ['other'] } });
});
after(async () => {
  await behind?.stop();
  await ci?.close();
});

const AUDIENCE = { audience: 'mlflow' };
const credentials = (form: Record<string, string> = {}, headers = {}) =>
  post(hydra.tokenEndpoint, { grant_type: 'client_credentials', ...form }, headers);

describe('client credentials at Hydra', () => {
  it('give a JWT for the audience, of the type bearer in lower case, which only the scheme Bearer passes with', async () => {
    const { status, body } = await credentials(AUDIENCE, basic('ci', CLIENT_SECRET));
    assert.deepEqual(
      [status, body.token_type, body.id_token, body.refresh_token],
      [200, 'bearer', undefined, undefined],
    );
    const { aud, sub } = claimsOf(body.access_token);
    assert.deepEqual([aud, sub], [['mlflow'], 'ci']);
    assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), { ...PASSES, email: 'ci' });
    assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token, body.token_type), REFUSED);
  });

  it('give a token for nobody without an audience, which the proxy refuses', async () => {
    for (const form of [{}, { resource: 'mlflow' }] as Record<string, string>[]) {
      const { body } = await credentials(form, basic('ci', CLIENT_SECRET));
      assert.deepEqual(claimsOf(body.access_token).aud, []);
      assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), REFUSED);
    }
  });

  it('give an opaque token to a client of that kind, which the proxy refuses', async () => {
    const { status, body } = await credentials(AUDIENCE, basic('ci-opaque', CLIENT_SECRET));
    assert.equal(status, 200);
    assert.deepEqual(claimsOf(body.access_token), {});
    assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), REFUSED);
  });

  it('are refused, and the answer says why', async () => {
    const cases: [
      form: Record<string, string>,
      headers: Record<string, string>,
      status: number,
      error: string,
      text: RegExp,
    ][] = [
      [{}, basic('ci', 'wrong'), 401, 'invalid_client', /authentication failed/],
      [{}, basic('nobody', 'wrong'), 401, 'invalid_client', /authentication failed/],
      [{}, rawBasic('ci', CLIENT_SECRET), 400, 'invalid_request', /could not be decoded/],
      [
        { client_id: 'ci', client_secret: CLIENT_SECRET },
        {},
        401,
        'invalid_client',
        /supports client authentication method/,
      ],
      [{}, basic('ci-post', CLIENT_SECRET), 401, 'invalid_client', /supports client authentication method/],
      [
        AUDIENCE,
        basic('ci-no-audience', CLIENT_SECRET),
        400,
        'invalid_request',
        /audience 'mlflow' has not been whitelisted/,
      ],
      [{ scope: 'nope' }, basic('ci', CLIENT_SECRET), 400, 'invalid_scope', /./],
      [{}, basic('mlflow', CLIENT_SECRET), 400, 'unauthorized_client', /grant/],
    ];
    for (const [form, headers, status, error, text] of cases) {
      const answer = await credentials(form, headers);
      assert.deepEqual([answer.status, answer.body.error], [status, error]);
      assert.match(answer.body.error_description, text);
    }
  });
});

describe('assertions at Hydra', () => {
  const byKey = (client_assertion: string) => credentials({ ...AUDIENCE, ...asserted(client_assertion) });

  it('name the token endpoint, and are used once', async () => {
    const good = assertion('ci-key', hydra.tokenEndpoint);
    const { status, body } = await byKey(good);
    assert.equal(status, 200);
    assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), { ...PASSES, email: 'ci-key' });
    const again = await byKey(good);
    assert.deepEqual([again.status, again.body.error], [400, 'jti_known']);
    const issuer = await byKey(assertion('ci-key', hydra.issuer));
    assert.deepEqual([issuer.status, issuer.body.error], [401, 'invalid_client']);
  });

  it('that have expired, or are of a later time, are a failure of the server', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const more of [{ exp: now - 5 }, { iat: now + 60 }]) {
      const { status, body } = await byKey(assertion('ci-key', hydra.tokenEndpoint, more));
      assert.deepEqual([status, body.error], [500, 'error']);
    }
  });

  it('of a trusted CI job are exchanged for a token of that job, together with the secret of the client', async () => {
    const form = { grant_type: JWT_BEARER, ...AUDIENCE };
    const exchange = (claims: Record<string, unknown>) =>
      post(hydra.tokenEndpoint, { ...form, assertion: ci.token(claims) }, basic('ci-jwt-bearer', CLIENT_SECRET));
    const { status, body } = await exchange({ aud: hydra.tokenEndpoint });
    assert.equal(status, 200, JSON.stringify(body));
    const { aud, sub } = claimsOf(body.access_token);
    assert.deepEqual([[aud].flat().sort(), sub], [[hydra.tokenEndpoint, 'mlflow'].sort(), CI_JOB]);
    assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), { ...PASSES, email: CI_JOB });
    for (const claims of [{ aud: 'mlflow' }, { aud: hydra.tokenEndpoint, sub: 'repo:evil/repo:ref:refs/heads/main' }]) {
      const refused = await exchange(claims);
      assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant'], JSON.stringify(refused.body));
    }
  });
});
