// What Keycloak and oauth2-proxy answer to plain requests, on which the product builds.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  asserted,
  assertion,
  atProxy,
  basic,
  claimsOf,
  PASSES,
  post,
  REFUSED,
  rawBasic,
  statusesAt,
} from '../stack/providers/requests.js';
import { CLIENT_SECRET } from '../stack/stack.js';
import { type AtKeycloak, startAtKeycloak, USER_PASSWORD } from './keycloak.js';

let ci: AtKeycloak['ci'];
let keycloak: AtKeycloak['keycloak'];
let behind: AtKeycloak['behind'];
let stop: AtKeycloak['stop'] | undefined;
before(async () => {
  ({ ci, keycloak, behind, stop } = await startAtKeycloak({
    usual: {},
    subject: { oidc_email_claim: 'sub' },
    group: { allowed_groups: ['team-a'] },
  }));
});
after(() => stop?.());

const request = (form: Record<string, string>, headers = {}) => post(keycloak.tokenEndpoint, form, headers);
const credentials = (client_id: string, form: Record<string, string> = {}) =>
  request({ grant_type: 'client_credentials', client_id, client_secret: CLIENT_SECRET, ...form });
const byAssertion = (token: string) => request({ grant_type: 'client_credentials', ...asserted(token) });
const usual = (token: string) => atProxy(behind.proxy('usual'), token);
/** Status, code and text of a refusal. */
const refusal = ({ status, body }: Awaited<ReturnType<typeof request>>) => [status, body.error, body.error_description];

describe('client credentials at Keycloak', () => {
  it('pass, with the secret in the body or encoded in the header, for 300 seconds', async () => {
    const inHeader = await request({ grant_type: 'client_credentials' }, basic('ci', CLIENT_SECRET));
    for (const { status, body } of [await credentials('ci'), inHeader]) {
      assert.deepEqual([status, body.token_type, body.expires_in, body.refresh_token], [200, 'Bearer', 300, undefined]);
      const { userinfo, mlflow, email } = await usual(body.access_token);
      assert.deepEqual([userinfo, mlflow, email], [200, 200, claimsOf(body.access_token).sub]);
    }
  });

  it('of a service account as Keycloak makes it have an address that is not verified', async () => {
    const { body } = await credentials('ci-default');
    assert.equal(claimsOf(body.access_token).email_verified, false);
    assert.deepEqual(await usual(body.access_token), REFUSED);
    assert.match(behind.log('usual'), /email in id_token \(\) isn't verified/);
    assert.deepEqual(await statusesAt(behind.proxy('subject'), body.access_token), [200, 200]);
  });

  it('name no audience without a mapper, whatever is asked for', async () => {
    for (const form of [[], [['audience', 'mlflow']], [['resource', 'mlflow']]]) {
      const { body } = await credentials('ci-no-mapper', Object.fromEntries(form));
      assert.ok(!JSON.stringify(claimsOf(body.access_token).aud ?? '').includes('mlflow'));
      assert.deepEqual(await usual(body.access_token), REFUSED);
    }
  });

  it('pass a group with a mapper, and are refused without', async () => {
    const inside = (await credentials('ci-grouped')).body.access_token;
    assert.deepEqual(await statusesAt(behind.proxy('group'), inside), [200, 200]);
    const outside = (await credentials('ci')).body.access_token;
    assert.deepEqual(await statusesAt(behind.proxy('group'), outside), [401, 403]);
  });

  it('are refused, with these words', async () => {
    const wrong = 'Invalid client or Invalid client credentials';
    assert.deepEqual(refusal(await credentials('ci', { client_secret: 'wrong' })), [401, 'unauthorized_client', wrong]);
    for (const id of ['nobody', 'ci-disabled'])
      assert.deepEqual(refusal(await credentials(id)), [401, 'invalid_client', wrong]);
    const raw = await request({ grant_type: 'client_credentials' }, rawBasic('ci', CLIENT_SECRET));
    const decoding = 'Unexpected error when authenticating client';
    assert.deepEqual(refusal(raw), [400, 'unauthorized_client', decoding]);
    const service = 'Client not enabled to retrieve service account';
    assert.deepEqual(refusal(await credentials('ci-no-service')), [401, 'unauthorized_client', service]);
    const open = 'Public client not allowed to retrieve service account';
    assert.deepEqual(refusal(await credentials('ci-public')), [401, 'unauthorized_client', open]);
    const scope = await credentials('ci', { scope: 'nope' });
    assert.deepEqual([scope.status, scope.body.error], [400, 'invalid_scope']);
  });
});

describe('assertions at Keycloak', () => {
  it('of a key name the issuer or the token endpoint, one of them, and are used once', async () => {
    const { issuer, tokenEndpoint } = keycloak;
    for (const aud of [issuer, tokenEndpoint]) {
      const good = assertion('ci-key', aud);
      const { status, body } = await byAssertion(good);
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual(await statusesAt(behind.proxy('usual'), body.access_token), [200, 200]);
      assert.deepEqual(refusal(await byAssertion(good)), [400, 'invalid_client', 'Token reuse detected']);
    }
    const both = await byAssertion(assertion('ci-key', [issuer, tokenEndpoint]));
    assert.deepEqual(refusal(both), [400, 'invalid_client', 'Multiple audiences not allowed']);
    const other = await byAssertion(assertion('ci-key', 'other'));
    assert.deepEqual(refusal(other), [400, 'invalid_client', 'Invalid token audience']);
    const old = Math.floor(Date.now() / 1000) - 120;
    const expired = await byAssertion(assertion('ci-key', issuer, { iat: old, exp: old + 60 }));
    assert.deepEqual(refusal(expired), [400, 'invalid_client', 'Token is not active']);
  });

  it('of a CI job are the job itself, without any secret', async () => {
    const aud = keycloak.issuer;
    const good = ci.token({ aud });
    const { status, body } = await byAssertion(good);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(await statusesAt(behind.proxy('usual'), body.access_token), [200, 200]);
    assert.deepEqual(refusal(await byAssertion(good)), [400, 'invalid_client', 'Token reuse detected']);
    const wrong = await byAssertion(ci.token({ aud: keycloak.tokenEndpoint }));
    assert.deepEqual(refusal(wrong), [400, 'invalid_client', 'Invalid token audience']);
    const other = await byAssertion(ci.token({ aud, sub: 'repo:evil/repo:ref:refs/heads/main' }));
    assert.deepEqual([other.status, other.body.error], [401, 'invalid_client']);
  });
});

describe('other grants at Keycloak', () => {
  it('exchange its own access tokens for the proxy, and no token of the CI', async () => {
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: 'ci-exchange',
      client_secret: CLIENT_SECRET,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'mlflow',
    };
    const own = (await credentials('ci-exchange')).body.access_token;
    const { status, body } = await request({ ...form, subject_token: own });
    assert.deepEqual([status, claimsOf(body.access_token).aud], [200, 'mlflow'], JSON.stringify(body));
    assert.deepEqual(await statusesAt(behind.proxy('usual'), body.access_token), [200, 200]);
    const foreign = (await credentials('ci')).body.access_token;
    const denied = await request({ ...form, subject_token: foreign });
    assert.deepEqual([denied.status, denied.body.error], [403, 'access_denied']);
    const type = 'urn:ietf:params:oauth:token-type:jwt';
    const external = await request({ ...form, subject_token: ci.token(), subject_token_type: type });
    assert.notEqual(external.status, 200);
  });

  const password = (username: string, secret = USER_PASSWORD) =>
    request({ grant_type: 'password', client_id: 'ci-public', username, password: secret, scope: 'openid' });

  it('take a password, and answer the same to each wrong one', async () => {
    const { status, body } = await password('ann');
    assert.equal(status, 200);
    for (const token of [body.access_token, body.id_token])
      assert.deepEqual(await usual(token), { ...PASSES, email: 'ann@example.com' });
    for (const answer of [await password('ann', 'wrong'), await password('nobody')])
      assert.deepEqual(refusal(answer), [400, 'invalid_grant', 'Invalid user credentials']);
    assert.equal((await password('todo')).body.error_description, 'Account is not fully set up');
    assert.equal((await password('disabled')).body.error_description, 'Account disabled');
    const unverified = (await password('unverified')).body.access_token;
    assert.deepEqual(await usual(unverified), REFUSED);
  });

  it('begin a device login, which waits for its user', async () => {
    const device = await post(`${keycloak.tokenEndpoint.replace(/token$/, 'auth/device')}`, { client_id: 'ci-public' });
    assert.deepEqual([device.status, device.body.expires_in, device.body.interval], [200, 600, 5]);
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
    const poll = await request({ grant_type, client_id: 'ci-public', device_code: device.body.device_code });
    assert.deepEqual([poll.status, poll.body.error], [400, 'authorization_pending']);
  });
});
