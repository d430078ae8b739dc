// What the certified oidc-provider and oauth2-proxy answer to plain requests, on which the product builds.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CLIENT_SECRET } from '../stack.js';
import { type Behind, type Provider, startBehind } from './behind.js';
import { OTHER, RESOURCE, startOidcProvider } from './oidc-provider.js';
import { asserted, assertion, atProxy, basic, claimsOf, PASSES, post, REFUSED, statusesAt } from './requests.js';

let provider: Provider;
let behind: Behind;
before(async () => {
  provider = await startOidcProvider();
  behind = await startBehind(provider, {
    usual: {},
    'other-audience': { oidc_extra_audiences: ['other'] },
    'unverified-email': { insecure_oidc_allow_unverified_email: true },
    group: { allowed_groups: ['team-a'] },
    domain: { email_domains: ['other.example'] },
    'no-bearer': { skip_jwt_bearer_tokens: false },
    'no-fallback': { bearer_token_login_fallback: false },
  });
});
after(() => behind?.stop());

const credentials = (client: string, form: Record<string, string> = { resource: RESOURCE }) =>
  post(provider.tokenEndpoint, { grant_type: 'client_credentials', ...form }, basic(client, CLIENT_SECRET));
const token = async (client: string, resource = RESOURCE): Promise<string> =>
  (await credentials(client, { resource })).body.access_token;

describe('client credentials at oidc-provider', () => {
  it('give a JWT for a resource, and an opaque token for none or for an audience', async () => {
    const { status, body } = await credentials('ci');
    assert.deepEqual([status, body.token_type], [200, 'Bearer']);
    assert.equal(claimsOf(body.access_token).aud, 'mlflow');
    assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), { ...PASSES, email: 'ci' });
    for (const form of [{}, { audience: 'mlflow' }] as Record<string, string>[]) {
      const opaque = await credentials('ci', form);
      assert.deepEqual([opaque.status, claimsOf(opaque.body.access_token)], [200, {}]);
      assert.deepEqual(await atProxy(behind.proxy('usual'), opaque.body.access_token), REFUSED);
    }
  });

  it('are refused for an unknown resource, a wrong secret, and a secret in two places', async () => {
    const resource = await credentials('ci', { resource: 'https://unknown.example' });
    assert.deepEqual([resource.status, resource.body.error], [400, 'invalid_target']);
    const form = { grant_type: 'client_credentials', client_id: 'ci', client_secret: CLIENT_SECRET };
    const wrong = await post(provider.tokenEndpoint, { ...form, client_secret: 'wrong' });
    assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
    const both = await post(provider.tokenEndpoint, form, basic('ci', CLIENT_SECRET));
    assert.deepEqual([both.status, both.body.error], [400, 'invalid_request']);
  });

  it('go by an assertion that names the issuer, the token endpoint or both', async () => {
    const { issuer, tokenEndpoint } = provider;
    for (const aud of [issuer, tokenEndpoint, [issuer, tokenEndpoint]]) {
      const form = { grant_type: 'client_credentials', resource: RESOURCE, ...asserted(assertion('ci-key', aud)) };
      const { status, body } = await post(tokenEndpoint, form);
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual(await atProxy(behind.proxy('usual'), body.access_token), { ...PASSES, email: 'ci-key' });
    }
  });
});

describe('oauth2-proxy with tokens of oidc-provider', () => {
  const REJECTS: Record<string, [proxy: string, client: string, resource: string, userinfo: number, mlflow: number]> = {
    'another audience': ['usual', 'ci', OTHER, 401, 302],
    'an address that is not verified': ['usual', 'ci-unverified', RESOURCE, 401, 302],
    'an account outside of the groups': ['group', 'ci', RESOURCE, 401, 403],
    'an address of another domain': ['domain', 'ci', RESOURCE, 401, 403],
    'any token without skip-jwt-bearer-tokens': ['no-bearer', 'ci', RESOURCE, 401, 302],
    'another audience, without a login': ['no-fallback', 'ci', OTHER, 403, 403],
  };
  for (const [name, [proxy, client, resource, userinfo, mlflow]] of Object.entries(REJECTS))
    it(`rejects ${name}`, async () => {
      assert.deepEqual(await statusesAt(behind.proxy(proxy), await token(client, resource)), [userinfo, mlflow]);
    });

  const TAKES: Record<string, [proxy: string, client: string, resource: string]> = {
    'another audience that it is given': ['other-audience', 'ci', OTHER],
    'an address that is not verified, if it may': ['unverified-email', 'ci-unverified', RESOURCE],
    'an account of the group': ['group', 'ci-member', RESOURCE],
  };
  for (const [name, [proxy, client, resource]] of Object.entries(TAKES))
    it(`takes ${name}`, async () => {
      assert.deepEqual(await statusesAt(behind.proxy(proxy), await token(client, resource)), [200, 200]);
    });

  it('logs why, which it tells nobody', async () => {
    await atProxy(behind.proxy('usual'), await token('ci', OTHER));
    assert.match(behind.log('usual'), /audience from claim aud with value \[other\] does not match/);
    await atProxy(behind.proxy('usual'), await token('ci-unverified'));
    assert.match(behind.log('usual'), /email in id_token \(ci@example\.com\) isn't verified/);
  });
});
