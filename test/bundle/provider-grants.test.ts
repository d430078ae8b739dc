// The password grant and the token exchange at an OpenID provider through the built program: what is sent, once, and every refusal.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { markOf } from '../../src/errors/explain.js';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import {
  answers,
  areConfigurationErrors,
  type Env,
  envOf,
  firstLogin,
  formsSent,
  provider,
  renew,
  requestOf,
} from '../support/at-provider.js';
import { ciJwt, gitHubVariables } from '../support/fake/ci.js';
import { signJwt } from '../support/fake/jwt.js';
import { keyFor } from '../support/fake/keys.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { issuerAt, PROVIDER_CLIENT } from '../support/fake/provider.js';
import { PUBLIC_CLIENT } from '../support/fake/provider-grants.js';
import { USUAL } from '../support/fake/switches.js';
import { assertNoSecret, secretsOf } from '../support/leaks.js';
import { atPlatform, goodEnv, runCommand, timesAsked } from '../support/program.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-grants-'));
after(() => rmSync(folder, { recursive: true }));

const SECRET: Env = { DEX_CLIENT_SECRET: USUAL.clientSecret };
const ACCOUNT: Env = { MLFLOW_USERNAME: USUAL.username, MLFLOW_PASSWORD: USUAL.password };
const PASSWORD: Env = { MLFLOW_AUTH_LOGIN: 'password-grant', DEX_CLIENT_ID: PUBLIC_CLIENT, ...ACCOUNT };
const EXCHANGE: Env = { MLFLOW_AUTH_LOGIN: 'token-exchange', ...SECRET };
const typeNamed = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** A token of the provider for the client. */
const bearerOf = ({ address }: FakePlatform, claims: Record<string, unknown> = {}) => {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return signJwt({ iss: issuerAt(address), aud: [PROVIDER_CLIENT, 'account'], sub: 'elsewhere', exp, ...claims });
};
const sent = (platform: FakePlatform) => timesAsked(platform, 'POST provider-token');
const listed = (...grants: string[]): StartOptions => ({
  provider: { document: { grant_types_supported: grants } },
});

/** A login by `token` at a platform of its own. @returns the form that was sent, the only one */
async function logsIn(env: (platform: FakePlatform) => Env, options: StartOptions = {}): Promise<Env> {
  let form: Env | undefined;
  await atPlatform(provider(options), async (platform) => {
    const all = envOf(platform, env(platform));
    const { status, stdout, stderr } = await runCommand(['token'], all);
    assert.equal(status, 0, stderr);
    assert.equal(decodeClaims(stdout)?.iss, issuerAt(platform.address));
    assert.equal(sent(platform), 1);
    [form] = formsSent(platform);
    const given = { password: all.MLFLOW_PASSWORD ?? '', bearer: all.MLFLOW_AUTH_BEARER ?? '' };
    assertNoSecret({ stderr }, [stdout, ...secretsOf(platform, { ...given, 'client-secret': USUAL.clientSecret })]);
  });
  return form ?? assert.fail('no token was requested');
}

describe('the password grant at an OpenID provider', () => {
  const account = { grant_type: 'password', username: USUAL.username, password: USUAL.password };

  it('sends the password once to the issuer that oauth2-proxy names, without a scope or an audience by guess', async () => {
    assert.deepEqual(await logsIn(() => PASSWORD), { ...account, client_id: PUBLIC_CLIENT });
  });

  it('sends scopes, audience and resource as they are set, and the secret of the client as registered', async () => {
    const set = { DEX_SCOPES: 'openid', DEX_AUDIENCE: 'mlflow', MLFLOW_AUTH_RESOURCE: 'https://mlflow.example.com' };
    const client = { DEX_CLIENT_ID: PROVIDER_CLIENT, MLFLOW_AUTH_CLIENT_AUTH: 'post', ...SECRET };
    assert.deepEqual(await logsIn(() => ({ ...PASSWORD, ...set, ...client })), {
      ...account,
      ...{ scope: 'openid', audience: 'mlflow', resource: set.MLFLOW_AUTH_RESOURCE },
      ...{ client_id: PROVIDER_CLIENT, client_secret: USUAL.clientSecret },
    });
  });

  it('adds no offline_access for renewals, and keeps the refresh token that comes', async () => {
    await atPlatform(provider(), async (platform) => {
      const dir = join(folder, 'password');
      const state = JSON.parse(await firstLogin(platform, dir, PASSWORD));
      const { password, username, refreshToken } = state.settings;
      assert.deepEqual([password, username, refreshToken], ['', '', 'next-of-fake-1']);
      const { status, stderr } = await renew(dir, {});
      assert.equal(status, 0, stderr);
      const [first = {}, second = {}] = formsSent(platform);
      assert.equal(first.scope, undefined);
      assert.deepEqual([second.grant_type, second.refresh_token], ['refresh_token', 'next-of-fake-1']);
    });
  });

  it('follows a refresh token that was refused, and no connection that broke', async () => {
    for (const hang of [false, true]) {
      const canned = hang ? { canned: { 'provider-token': { status: 200, hang: true } } } : {};
      await atPlatform(provider({ provider: { refreshToken: 'another' }, ...canned }), async (platform) => {
        const env = envOf(platform, { ...PASSWORD, DEX_REFRESH_TOKEN: 'ended', MLFLOW_AUTH_TIMEOUT: '2' });
        const { status, stderr } = await runCommand(['token'], env);
        assert.equal(status, hang ? 1 : 0, stderr);
        const grants = formsSent(platform).map(({ grant_type }) => grant_type);
        assert.deepEqual(grants, hang ? ['refresh_token'] : ['refresh_token', 'password']);
      });
    }
  });

  it('takes part where the provider lists it, or lists nothing', async () => {
    await logsIn(() => PASSWORD, { provider: { document: { grant_types_supported: undefined } } });
    await logsIn(() => PASSWORD, listed('password'));
  });

  it('goes to Dex where that is named, and to the issuer in any case', async () => {
    const dex = { grantTypes: [...USUAL.grantTypes, 'password'], provider: {} };
    await atPlatform(dex, async (platform) => {
      const env = { ...goodEnv(platform), MLFLOW_AUTH_LOGIN: 'password-grant' };
      await runCommand(['token', '--verify', 'false'], env);
      assert.deepEqual([timesAsked(platform, 'POST token'), sent(platform)], [1, 0]);
      const issuer = { MLFLOW_AUTH_ISSUER: issuerAt(platform.address), DEX_CLIENT_ID: PROVIDER_CLIENT };
      const { status, stderr } = await runCommand(['token'], { ...env, ...issuer });
      assert.equal(status, 0, stderr);
      assert.deepEqual([timesAsked(platform, 'POST token'), sent(platform)], [1, 1]);
    });
  });

  it('that was refused at a renewal is not sent again', async () => {
    await atPlatform(provider(), async (platform) => {
      const dir = join(folder, 'password-refused');
      const state = JSON.parse(await firstLogin(platform, dir, PASSWORD));
      const settings = { ...state.settings, refreshToken: '' };
      writeFileSync(join(dir, 'renewal.json'), JSON.stringify({ ...state, settings }));
      const account = { MLFLOW_USERNAME: USUAL.username, MLFLOW_PASSWORD: 'changed password' };
      const refused = await renew(dir, account);
      assert.ok(refused.stderr.includes(markOf('provider-password-refused')), refused.stderr);
      assert.match((await renew(dir, account)).stderr, /mlflow-auth does not retry/);
      assert.equal(sent(platform), 2);
    });
  });
});

describe('token exchange at an OpenID provider', () => {
  const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';

  it('sends a bearer token as an access token, and asks for nothing by guess', async () => {
    let subject_token = '';
    const form = await logsIn((platform) => {
      subject_token = bearerOf(platform);
      return { ...EXCHANGE, MLFLOW_AUTH_BEARER: subject_token };
    });
    assert.deepEqual(form, { grant_type, subject_token, subject_token_type: typeNamed('access_token') });
  });

  it('sends audience, resource and scopes as they are set', async () => {
    const set = { DEX_SCOPES: 'a b', DEX_AUDIENCE: 'mlflow', MLFLOW_AUTH_RESOURCE: 'https://mlflow.example.com' };
    const form = await logsIn((platform) => ({ ...EXCHANGE, ...set, MLFLOW_AUTH_BEARER: bearerOf(platform) }));
    assert.deepEqual([form.scope, form.audience, form.resource], ['a b', 'mlflow', set.MLFLOW_AUTH_RESOURCE]);
  });

  it('calls the ID token of a job that, and a bearer token of another issuer a JWT', async () => {
    await atPlatform(provider(), async (platform) => {
      const { address } = platform;
      for (const more of [
        { ...gitHubVariables(address) },
        { MLFLOW_AUTH_ID_TOKEN: ciJwt(address) },
        { MLFLOW_AUTH_BEARER: ciJwt(address) },
      ] as Env[])
        await runCommand(['token'], envOf(platform, { ...EXCHANGE, ...more }));
      const forms = formsSent(platform);
      const types = forms.map(({ subject_token_type }) => subject_token_type);
      assert.deepEqual(types, ['id_token', 'id_token', 'jwt'].map(typeNamed));
      assert.equal(decodeClaims(forms[0]?.subject_token ?? '')?.aud, issuerAt(address));
    });
  });

  it('takes an answer whose token is of no type', async () => {
    await atPlatform(provider(), async (platform) => {
      const access_token = bearerOf(platform, { aud: USUAL.proxyClientId });
      const body = { access_token, token_type: 'N_A', issued_token_type: typeNamed('id_token') };
      await atPlatform(provider({ canned: { 'provider-token': { status: 200, body } } }), async (other) => {
        const env = envOf(other, { ...EXCHANGE, MLFLOW_AUTH_BEARER: bearerOf(other) });
        const { stdout, stderr } = await runCommand(['token', '--verify', 'false'], env);
        assert.equal(stdout, access_token, stderr);
      });
    });
  });

  it('reads its file again for a renewal, keeps no bearer token, and never sends a refused one again', async () => {
    await atPlatform(provider(), async (platform) => {
      const [dir, file] = [join(folder, 'exchange'), join(folder, 'bearer')];
      const first = bearerOf(platform);
      writeFileSync(file, first);
      const state = await firstLogin(platform, dir, { ...EXCHANGE, MLFLOW_AUTH_BEARER_FILE: file });
      assert.ok(!state.includes(first) && state.includes(JSON.stringify(file)));
      const second = bearerOf(platform, { sub: 'second' });
      writeFileSync(file, second);
      assert.equal((await renew(dir, {})).status, 0);
      assert.deepEqual(
        formsSent(platform).map(({ subject_token }) => subject_token),
        [first, second],
      );
      writeFileSync(file, bearerOf(platform, { aud: 'account' }));
      const refused = await renew(dir, {});
      assert.ok(refused.stderr.includes(markOf('exchange-audience')), refused.stderr);
      assert.match((await renew(dir, {})).stderr, /the bearer token is the one that the OpenID provider rejected/);
      assert.equal(sent(platform), 3);
      writeFileSync(file, first);
      assert.equal((await renew(dir, {})).status, 0);
    });
  });

  it('renews with a token that was given only where the environment has one', async () => {
    await atPlatform(provider(), async (platform) => {
      const dir = join(folder, 'given');
      const given = { MLFLOW_AUTH_BEARER: bearerOf(platform) };
      const state = await firstLogin(platform, dir, { ...EXCHANGE, ...given });
      assert.ok(!state.includes(given.MLFLOW_AUTH_BEARER));
      assert.match((await renew(dir, {})).stderr, /the bearer token was given as it is/);
      const { status, stderr } = await renew(dir, given);
      assert.equal(status, 0, stderr);
    });
  });
});

interface Refusal {
  env: (platform: FakePlatform) => Env;
  options?: StartOptions;
  id: SymptomId;
  /** Requests at the token endpoint. */
  sent: number;
  says?: RegExp;
}

const password = (more: Env = {}) => ({ env: () => ({ ...PASSWORD, ...more }) });
const exchange = (claims: Record<string, unknown> = {}, more: Env = {}) => ({
  env: (platform: FakePlatform) => ({ ...EXCHANGE, MLFLOW_AUTH_BEARER: bearerOf(platform, claims), ...more }),
});
const elsewhere = { dexHost: '127.0.0.1' };

const REFUSALS: Record<string, Refusal> = {
  'a wrong password': {
    ...password({ MLFLOW_PASSWORD: 'Xv9-not-this' }),
    id: 'provider-password-refused',
    sent: 1,
    says: /wrong password, unknown user, or an account that failed logins have locked/,
  },
  'an unknown user': { ...password({ MLFLOW_USERNAME: 'nobody' }), id: 'provider-password-refused', sent: 1 },
  'required actions': {
    ...password(),
    options: answers(400, 'invalid_grant', 'Account is not fully set up'),
    id: 'provider-account-incomplete',
    sent: 1,
  },
  'a disabled account': {
    ...password(),
    options: answers(400, 'invalid_grant', 'Account disabled'),
    id: 'provider-account-disabled',
    sent: 1,
  },
  'a client without the password grant': {
    ...password(),
    options: answers(400, 'unauthorized_client', 'Client not allowed for direct access grants'),
    id: 'provider-password-off',
    sent: 1,
  },
  'a second factor': {
    ...password(),
    options: answers(403, 'mfa_required', 'Multifactor authentication required'),
    id: 'provider-second-factor',
    sent: 1,
  },
  'a locked account': {
    ...password(),
    options: answers(400, 'invalid_grant', 'AADSTS50053: The account is locked'),
    id: 'provider-locked',
    sent: 1,
  },
  'a user whose address is not verified': {
    ...password(),
    options: { provider: { claims: { email_verified: false } } },
    id: 'email-unverified',
    sent: 1,
    says: /every user who logs in/,
  },
  'a password for a client with a wrong secret': {
    ...password({ DEX_CLIENT_ID: PROVIDER_CLIENT, DEX_CLIENT_SECRET: 'wrong secret' }),
    id: 'client-refused',
    sent: 1,
  },
  'a password while the server is busy': {
    ...password(),
    options: { canned: { 'provider-token': { status: 503, body: '' } } },
    id: 'provider-unavailable',
    sent: 1,
  },
  'a password for an issuer on another host': { ...password(), options: elsewhere, id: 'issuer-elsewhere', sent: 0 },
  'a provider that lists no password grant': {
    ...password(),
    options: listed('authorization_code'),
    id: 'grant-unlisted',
    sent: 0,
  },
  'a bearer token that is not for the client': {
    ...exchange({ aud: 'account' }),
    id: 'exchange-audience',
    sent: 1,
    says: /The bearer token says: iss .*; aud account/s,
  },
  'the ID token of a job at a provider that exchanges its own alone': {
    env: ({ address }) => ({ ...EXCHANGE, ...gitHubVariables(address) }),
    id: 'exchange-subject',
    sent: 1,
    says: /client-assertion/,
  },
  'an opaque bearer token': {
    env: () => ({ ...EXCHANGE, MLFLOW_AUTH_BEARER: 'opaque-bearer-token' }),
    id: 'exchange-token',
    sent: 1,
  },
  'a client without token exchange': {
    ...exchange(),
    options: answers(400, 'invalid_request', 'Standard token exchange is not enabled for the requested client'),
    id: 'exchange-disabled',
    sent: 1,
  },
  'a type of token that is not taken': {
    ...exchange(),
    options: answers(400, 'invalid_request', 'subject_token_type not supported'),
    id: 'exchange-token-type',
    sent: 1,
  },
  'a bearer token for an issuer on another host': {
    ...exchange({}, { DEX_CLIENT_SECRET: '' }),
    options: elsewhere,
    id: 'issuer-elsewhere',
    sent: 0,
  },
  'a client secret for an issuer on another host': {
    env: ({ address }) => ({ ...EXCHANGE, ...gitHubVariables(address) }),
    options: elsewhere,
    id: 'issuer-elsewhere',
    sent: 0,
  },
  'a bearer token that has expired': { ...exchange({ exp: 1 }), id: 'bearer-expired', sent: 0 },
};

describe('a grant at an OpenID provider that goes wrong', () => {
  for (const [name, { env, options = {}, id, sent: times, says = /./ }] of Object.entries(REFUSALS))
    it(`by ${name}, ends as ${id}, after ${times} requests for a token`, async () => {
      await atPlatform(provider(options), async (platform) => {
        const all = envOf(platform, env(platform));
        const { status, stdout, stderr } = await runCommand(['token'], all);
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.ok(stderr.includes(markOf(id)), stderr);
        assert.match(stderr, says);
        assert.equal(sent(platform), times, stderr);
        const given = { password: all.MLFLOW_PASSWORD ?? '', bearer: all.MLFLOW_AUTH_BEARER ?? '' };
        assertNoSecret({ stderr }, secretsOf(platform, { ...given, 'client-secret': all.DEX_CLIENT_SECRET ?? '' }));
      });
    });

  it('goes without a secret to an issuer on another host where the token is for that alone', async () => {
    await atPlatform(provider(elsewhere), async (platform) => {
      const found = issuerAt(platform.address.replace('localhost', '127.0.0.1'));
      const bearer = bearerOf(platform, { aud: found });
      const env = envOf(platform, { MLFLOW_AUTH_LOGIN: 'token-exchange', MLFLOW_AUTH_BEARER: bearer });
      await runCommand(['token'], env);
      assert.equal(requestOf(platform).headers.authorization, undefined);
      assert.equal(formsSent(platform)[0]?.subject_token, bearer);
    });
  });

  it('or has nothing to go by, is a configuration error', async () => {
    const cases: [env: Env, text: RegExp][] = [
      [{ ...PASSWORD, MLFLOW_PASSWORD: '' }, /password: required/],
      [{ ...PASSWORD, DEX_CLIENT_ID: '' }, /client-id: required/],
      [{ ...PASSWORD, MLFLOW_TRACKING_URI: '' }, /issuer: required without a tracking URI/],
      [EXCHANGE, /id-token: required.*Or set bearer-file/],
      [{ ...EXCHANGE, MLFLOW_AUTH_BEARER: 'x', DEX_REFRESH_TOKEN: 'x' }, /uses no refresh token/],
    ];
    await atPlatform(provider(), (platform) => areConfigurationErrors(platform, cases));
  });
});

describe('a token whose times do not fit', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const bearer = (platform: FakePlatform, claims: Record<string, unknown>) =>
    envOf(platform, { MLFLOW_AUTH_BEARER: bearerOf(platform, { aud: USUAL.proxyClientId, ...claims }) });

  it('is explained where the proxy rejects it, by the clock of the proxy', async () => {
    const date = new Date(Date.now() + 600_000).toUTCString();
    const headers = { date, location: `https://localhost/auth?client_id=${USUAL.proxyClientId}` };
    const start = { status: 302, body: '', headers };
    const canned = { userinfo: { status: 401, body: 'Unauthorized' }, start };
    const cases: [claims: Record<string, unknown>, id: SymptomId][] = [
      [{ exp: now() + 300 }, 'token-expired'],
      [{ nbf: now() + 960 }, 'token-early'],
      [{ nbf: now() + 840 }, 'bearer-off'],
    ];
    for (const [claims, id] of cases)
      await atPlatform(provider({ canned }), async (platform) => {
        const { stderr } = await runCommand(['token'], bearer(platform, { iss: 'https://localhost', ...claims }));
        assert.ok(stderr.includes(markOf(id)), stderr);
      });
  });
});

describe('doctor', () => {
  it('shows whether a password would be sent, and sends none', async () => {
    await atPlatform(provider(elsewhere), async (platform) => {
      const { stdout } = await runCommand(['doctor'], envOf(platform, PASSWORD));
      assert.ok(stdout.includes(markOf('issuer-elsewhere')), stdout);
      assert.equal(sent(platform), 0);
    });
  });

  const KEYED: Env = {
    MLFLOW_AUTH_LOGIN: 'client-key',
    MLFLOW_AUTH_CLIENT_KEY: keyFor('login').export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const job = (login: string, aud: unknown) => (platform: FakePlatform) => ({
    MLFLOW_AUTH_LOGIN: login,
    MLFLOW_AUTH_ID_TOKEN: ciJwt(platform.address, { aud }),
  });
  const gitHub = ({ address }: FakePlatform) => ({
    MLFLOW_AUTH_LOGIN: 'client-assertion',
    ...gitHubVariables(address),
  });
  const USES: [what: string, env: (platform: FakePlatform) => Env, refused: boolean][] = [
    ['a client secret', () => ({ MLFLOW_AUTH_LOGIN: 'client-credentials', DEX_CLIENT_SECRET: 'x' }), true],
    ['a key for another audience', () => ({ ...KEYED, MLFLOW_AUTH_ASSERTION_AUDIENCE: 'https://other.test' }), true],
    ['a key', () => KEYED, false],
    [
      'a bearer token for another',
      (platform) => ({ ...EXCHANGE, DEX_CLIENT_SECRET: '', MLFLOW_AUTH_BEARER: bearerOf(platform) }),
      true,
    ],
    ['an ID token for another', job('client-assertion', 'sts.amazonaws.com'), true],
    ['a grant for another', job('jwt-bearer', 'sts.amazonaws.com'), true],
    ['an ID token for nobody', job('client-assertion', undefined), true],
    ['an ID token of GitHub for the provider', gitHub, false],
    [
      'an ID token of GitHub for another',
      (platform) => ({ ...gitHub(platform), MLFLOW_AUTH_ID_TOKEN_AUDIENCE: 'sts' }),
      true,
    ],
  ];
  for (const [what, env, refused] of USES)
    it(`shows whether ${what} would be sent to a provider on another host, and sends nothing`, () =>
      atPlatform(provider(elsewhere), async (platform) => {
        const { stdout } = await runCommand(['doctor'], envOf(platform, env(platform)));
        assert.match(stdout, /OpenID provider/);
        assert.equal(stdout.includes(markOf('issuer-elsewhere')), refused, stdout);
        assert.equal(sent(platform), 0);
      }));

  it('does not use a refresh token, which it could not keep', async () => {
    await atPlatform(provider(), async (platform) => {
      const env = envOf(platform, { DEX_CLIENT_ID: PUBLIC_CLIENT, DEX_REFRESH_TOKEN: 'x' });
      const { stdout } = await runCommand(['doctor', '--login'], env);
      assert.match(stdout, /doctor does not use the refresh token/);
      assert.equal(sent(platform), 0);
    });
  });
});
