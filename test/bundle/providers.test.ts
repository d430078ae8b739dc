// Logins at an OpenID provider through the built program: what is sent to whom, what is kept, and every refusal.

import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { markOf } from '../../src/errors/explain.js';
import type { SymptomId } from '../../src/errors/symptoms/all.js';
import { decodeClaims } from '../../src/login/dex/claims.js';
import {
  answers,
  areConfigurationErrors,
  type Env,
  envOf,
  firstLogin,
  formOf,
  provider,
  renew,
  requestOf,
  tokenEndpoint,
} from '../support/at-provider.js';
import { ciJwt, gitHubVariables } from '../support/fake/ci.js';
import { signJwt } from '../support/fake/jwt.js';
import { keyFor } from '../support/fake/keys.js';
import type { FakePlatform, StartOptions } from '../support/fake/platform.js';
import { issuerAt, PROVIDER_CLIENT } from '../support/fake/provider.js';
import { USUAL } from '../support/fake/switches.js';
import { assertNoSecret, secretsOf } from '../support/leaks.js';
import { atPlatform, runAction, runCommand, timesAsked } from '../support/program.js';
import { ask, withProxy } from '../support/proxying.js';

const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-providers-'));
after(() => rmSync(folder, { recursive: true }));

const KEY = keyFor('login').export({ type: 'pkcs8', format: 'pem' }).toString();
const SECRET: Env = { MLFLOW_AUTH_LOGIN: 'client-credentials', DEX_CLIENT_SECRET: USUAL.clientSecret };
const KEYED: Env = { MLFLOW_AUTH_CLIENT_KEY: KEY };
const ASSERTION: Env = { MLFLOW_AUTH_LOGIN: 'client-assertion' };
const JWT_BEARER: Env = { MLFLOW_AUTH_LOGIN: 'jwt-bearer' };

/** A login by `token` at a platform of its own. @returns what was sent to the token endpoint */
async function logsIn(env: (platform: FakePlatform) => Env, flags: string[] = [], options: StartOptions = {}) {
  let sent: { form: Record<string, string>; authorization: string | undefined; origin: string; asked: string[] };
  await atPlatform(provider(options), async (platform) => {
    const all = envOf(platform, env(platform));
    const { status, stdout, stderr } = await runCommand(['token', ...flags], all);
    assert.equal(status, 0, stderr);
    assert.equal(decodeClaims(stdout)?.iss, issuerAt(platform.address));
    assertNoSecret({ stderr }, [stdout, ...secretsOf(platform, { 'client-secret': USUAL.clientSecret })]);
    const { authorization } = requestOf(platform).headers;
    const asked = platform.asked.map(({ endpoint }) => endpoint);
    sent = { form: formOf(platform), authorization, origin: platform.address, asked };
  });
  // biome-ignore lint/style/noNonNullAssertion: set above, or a failure was thrown
  return sent!;
}

describe('a login at an OpenID provider', () => {
  it('finds the issuer by the start of oauth2-proxy, and sends the secret once, encoded, in the header', async () => {
    const { form, authorization, asked } = await logsIn(() => SECRET);
    assert.deepEqual(form, { grant_type: 'client_credentials' });
    const encoded = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    const parts = encoded.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    assert.deepEqual(parts, [PROVIDER_CLIENT, USUAL.clientSecret]);
    const misses = ['/protocol/openid-connect', '/protocol'].map(
      (path) => `GET /realms/ml${path}/.well-known/openid-configuration`,
    );
    assert.deepEqual(asked.slice(0, -2), ['GET start', ...misses, 'GET provider-discovery', 'POST provider-token']);
    assert.deepEqual(asked.slice(-2).sort(), ['GET userinfo', 'GET workspace']);
  });

  it('sends it in the body where that is set, or where the provider lists no other way', async () => {
    const inBody = { grant_type: 'client_credentials', client_id: PROVIDER_CLIENT, client_secret: USUAL.clientSecret };
    const set = await logsIn(() => ({ ...SECRET, MLFLOW_AUTH_CLIENT_AUTH: 'post' }));
    assert.deepEqual([set.form, set.authorization], [inBody, undefined]);
    const document = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    assert.deepEqual((await logsIn(() => SECRET, [], { provider: { document } })).form, inBody);
    const none = { token_endpoint_auth_methods_supported: undefined };
    assert.match((await logsIn(() => SECRET, [], { provider: { document: none } })).authorization ?? '', /^Basic /);
  });

  it('asks for an audience, a resource and scopes only as they are set', async () => {
    const flags = ['--audience', 'mlflow', '--resource', 'https://mlflow.example.com', '--scopes', 'a/.default b'];
    const { form } = await logsIn(() => SECRET, flags);
    const { grant_type: _, ...wishes } = form;
    assert.deepEqual(wishes, { audience: 'mlflow', resource: 'https://mlflow.example.com', scope: 'a/.default b' });
  });

  it('signs an assertion for the token endpoint, or for another audience, with the key', async () => {
    for (const audience of [tokenEndpoint, issuerAt]) {
      const named = audience === issuerAt;
      const { form, origin } = await logsIn(({ address }) => ({
        ...KEYED,
        MLFLOW_AUTH_ASSERTION_AUDIENCE: named ? issuerAt(address) : '',
      }));
      const claims = decodeClaims(form.client_assertion ?? '') as Record<string, unknown>;
      assert.deepEqual([claims.iss, claims.sub, claims.aud], [PROVIDER_CLIENT, PROVIDER_CLIENT, audience(origin)]);
      assert.ok(claims.jti);
    }
  });

  const KEYS = {
    rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    ed25519: () => generateKeyPairSync('ed25519'),
  };
  /** The algorithm for a key, where the provider lists nothing, or these. */
  const SIGNED: [type: keyof typeof KEYS, listed: string[] | undefined, alg: string][] = [
    ['rsa', undefined, 'RS256'],
    ['rsa', ['ES256', 'PS256', 'RS256'], 'RS256'],
    ['rsa', ['ES256', 'PS256'], 'PS256'],
    ['rsa', ['PS512'], 'PS512'],
    ['rsa', ['ES256'], 'RS256'],
    ['P-256', undefined, 'ES256'],
    ['P-384', ['RS256'], 'ES384'],
    ['P-521', undefined, 'ES512'],
    ['ed25519', undefined, 'EdDSA'],
    ['ed25519', ['Ed25519', 'EdDSA'], 'EdDSA'],
    ['ed25519', ['Ed25519'], 'Ed25519'],
  ];
  for (const [type, listed, alg] of SIGNED)
    it(`signs by ${alg} with a key of the type ${type}, where the provider lists ${listed?.join(', ') ?? 'nothing'}`, async () => {
      const { privateKey, publicKey } = KEYS[type]();
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const document = { token_endpoint_auth_signing_alg_values_supported: listed };
      const { form } = await logsIn(() => ({ MLFLOW_AUTH_CLIENT_KEY: pem }), [], { provider: { document } });
      const [head = '', body, signature = ''] = (form.client_assertion ?? '').split('.');
      assert.equal(JSON.parse(Buffer.from(head, 'base64url').toString()).alg, alg);
      const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      const hash = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`;
      const by = { key: publicKey, dsaEncoding: 'ieee-p1363', ...(type === 'rsa' ? { padding } : {}) } as const;
      assert.ok(verify(hash, Buffer.from(`${head}.${body}`), by, Buffer.from(signature, 'base64url')));
    });

  it('takes a key that lost its line breaks', async () => {
    await logsIn(() => ({ MLFLOW_AUTH_CLIENT_KEY: KEY.replaceAll('\n', '\\n') }));
  });

  it('requests the ID token of the job for the issuer as a client assertion, for the token endpoint as a grant', async () => {
    const assertion = await logsIn(({ address }) => ({ ...ASSERTION, ...gitHubVariables(address) }));
    assert.equal(decodeClaims(assertion.form.client_assertion ?? '')?.aud, issuerAt(assertion.origin));
    const grant = await logsIn(({ address }) => ({ ...JWT_BEARER, ...gitHubVariables(address) }));
    assert.equal(decodeClaims(grant.form.assertion ?? '')?.aud, tokenEndpoint(grant.origin));
    assert.equal(grant.form.grant_type, 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    const named = await logsIn(({ address }) => {
      const id = { MLFLOW_AUTH_ID_TOKEN_AUDIENCE: issuerAt(address) };
      return { ...JWT_BEARER, ...gitHubVariables(address), ...id };
    });
    assert.equal(decodeClaims(named.form.assertion ?? '')?.aud, issuerAt(named.origin));
  });

  it('is chosen by auto where an issuer is named, or nothing but the tracking URI', async () => {
    const named = ({ address }: FakePlatform) => ({ MLFLOW_AUTH_ISSUER: `${issuerAt(address)}/` });
    const { MLFLOW_AUTH_LOGIN: _, ...secret } = SECRET;
    for (const issuer of [named, () => ({})]) {
      assert.ok((await logsIn((platform) => ({ ...secret, ...issuer(platform) }))).authorization);
      const job = await logsIn((platform) => ({ ...gitHubVariables(platform.address), ...issuer(platform) }));
      assert.ok(job.form.client_assertion);
    }
  });

  it('takes the ID token where that is the one for the client of oauth2-proxy', async () => {
    await atPlatform(provider(), async (platform) => {
      const iss = issuerAt(platform.address);
      const exp = Math.floor(Date.now() / 1000) + 3600;
      const [access_token, id_token] = ['other', USUAL.proxyClientId].map((aud) =>
        signJwt({ iss, aud, sub: 'x', exp }),
      );
      const body = { access_token, id_token, token_type: 'Bearer' };
      await atPlatform(provider({ canned: { 'provider-token': { status: 200, body } } }), async (other) => {
        const { stdout } = await runCommand(['token', '--verify', 'false'], envOf(other, SECRET));
        assert.equal(stdout, id_token);
      });
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

const withDocument = (document: Record<string, unknown>): StartOptions => ({ provider: { document } });
const REFUSALS: Record<string, Refusal> = {
  'a wrong secret': { env: () => ({ ...SECRET, DEX_CLIENT_SECRET: 'wrong secret' }), id: 'client-refused', sent: 1 },
  'a secret for an issuer on another host': {
    env: () => SECRET,
    options: { dexHost: '127.0.0.1' },
    id: 'issuer-elsewhere',
    sent: 0,
  },
  'a secret for a token endpoint on another host': {
    env: () => SECRET,
    options: withDocument({ token_endpoint: 'https://evil.example/token' }),
    id: 'issuer-elsewhere',
    sent: 0,
  },
  'an ID token for another audience, at an issuer on another host': {
    env: ({ address }) => ({ ...ASSERTION, MLFLOW_AUTH_ID_TOKEN: ciJwt(address, { aud: 'sts.amazonaws.com' }) }),
    options: { dexHost: '127.0.0.1' },
    id: 'issuer-elsewhere',
    sent: 0,
  },
  'a token endpoint without TLS': {
    env: () => SECRET,
    options: withDocument({ token_endpoint: 'http://platform.example/token' }),
    id: 'issuer-insecure',
    sent: 0,
  },
  'a discovery document of another issuer': {
    env: ({ address }) => ({ ...SECRET, MLFLOW_AUTH_ISSUER: issuerAt(address) }),
    options: withDocument({ issuer: 'https://other.example' }),
    id: 'issuer-mismatch',
    sent: 0,
  },
  'an endpoint that no document names': {
    env: () => SECRET,
    options: withDocument({ authorization_endpoint: 'https://other.example/auth' }),
    id: 'issuer-not-found',
    sent: 0,
  },
  'a grant that is not listed': {
    env: () => SECRET,
    options: withDocument({ grant_types_supported: ['authorization_code'] }),
    id: 'grant-unlisted',
    sent: 0,
  },
  'an opaque token': {
    env: () => SECRET,
    options: { provider: { opaque: 'opaque-access-token' } },
    id: 'opaque-token',
    sent: 1,
    says: /Keycloak: add a mapper/,
  },
  'another audience': {
    env: () => SECRET,
    options: { provider: { claims: { aud: 'account' } } },
    id: 'provider-audience',
    sent: 1,
    says: /for account, oauth2-proxy logs in as alauda-auth.*Keycloak: add a mapper/s,
  },
  'no audience': {
    env: () => SECRET,
    options: { provider: { claims: { aud: undefined } } },
    id: 'provider-audience',
    sent: 1,
    says: /for nobody/,
  },
  'an address that is not verified': {
    env: () => SECRET,
    options: { provider: { claims: { email_verified: false } } },
    id: 'email-unverified',
    sent: 1,
  },
  'another audience, and no login to fall back to': {
    env: () => SECRET,
    options: { provider: { claims: { aud: 'account' } }, bearerTokenLoginFallback: false },
    id: 'provider-audience',
    sent: 1,
    says: /403 the token is for account/,
  },
  'a claim that only the log of the proxy names': {
    env: () => SECRET,
    options: { provider: { claims: { iss: undefined } }, bearerTokenLoginFallback: false },
    id: 'token-rejected',
    sent: 1,
    says: /403 .*Forbidden/,
  },
  'an assertion that was used before': {
    env: ({ address }) => ({ ...ASSERTION, MLFLOW_AUTH_ID_TOKEN: ciJwt(address, { aud: issuerAt(address) }) }),
    options: answers(400, 'invalid_client', 'Token reuse detected'),
    id: 'assertion-reused',
    sent: 1,
    says: /The ID token says: iss https:.*; sub repo:org\/repo:ref/s,
  },
  'a request that the server puts off': {
    env: () => SECRET,
    options: { canned: { 'provider-token': { status: 429, body: '', headers: { 'retry-after': '0' } } } },
    id: 'provider-unavailable',
    sent: 2,
  },
  'a job without an ID token': {
    env: ({ address }) => ({
      ...ASSERTION,
      ...gitHubVariables(address),
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'another-token',
    }),
    id: 'ci-token-request',
    sent: 0,
  },
};

describe('a login at an OpenID provider that goes wrong', () => {
  for (const [name, { env, options = {}, id, sent, says = /./ }] of Object.entries(REFUSALS))
    it(`by ${name}, ends as ${id}, after ${sent} requests for a token`, async () => {
      await atPlatform(provider(options), async (platform) => {
        const all = envOf(platform, env(platform));
        const { status, stdout, stderr } = await runCommand(['token'], all);
        assert.deepEqual([status, stdout], [1, ''], stderr);
        assert.ok(stderr.includes(markOf(id)), stderr);
        assert.match(stderr, says);
        assert.equal(timesAsked(platform, 'POST provider-token'), sent, stderr);
        assertNoSecret({ stderr }, secretsOf(platform, { 'client-secret': all.DEX_CLIENT_SECRET ?? '' }));
      });
    });

  it('by a key that is none, or by nothing to go by, is a configuration error', async () => {
    await atPlatform(provider(), async (platform) => {
      const cases: [env: Env, text: RegExp][] = [
        [{ MLFLOW_AUTH_CLIENT_KEY: 'no key' }, /client-key: invalid: expected an unencrypted private key in PEM/],
        [{ MLFLOW_AUTH_LOGIN: 'client-credentials' }, /client-secret: required/],
        [{ MLFLOW_AUTH_LOGIN: 'client-key' }, /client-key: required/],
        [{ MLFLOW_AUTH_LOGIN: 'bearer' }, /bearer: required/],
        [ASSERTION, /id-token: required/],
        [{ ...SECRET, MLFLOW_AUTH_CLIENT_AUTH: 'x' }, /client-auth: invalid "x": expected auto, basic or post/],
        [{ ...SECRET, MLFLOW_AUTH_ISSUER: 'http://idp.example' }, /issuer: http:\/\/idp\.example would send/],
        [{ ...SECRET, DEX_REFRESH_TOKEN: 'x' }, /refresh-token: a login with client-secret uses no refresh token/],
      ];
      await areConfigurationErrors(platform, cases);
    });
  });
});

describe('an assertion', () => {
  it('for the issuer goes to an issuer on another host, too, since it is good there alone', async () => {
    const job = ({ address }: FakePlatform) => ({ ...ASSERTION, ...gitHubVariables(address) });
    await atPlatform(provider({ dexHost: '127.0.0.1' }), async (platform) => {
      await runCommand(['token'], envOf(platform, job(platform)));
      assert.equal(timesAsked(platform, 'POST provider-token'), 1);
    });
  });
});

describe('a bearer token from elsewhere', () => {
  const claims = ({ address }: FakePlatform) => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    return { iss: issuerAt(address), aud: USUAL.proxyClientId, sub: 'elsewhere', exp };
  };

  it('is verified and exported as it is, without a word to the provider', async () => {
    await atPlatform(provider(), async (platform) => {
      const token = signJwt(claims(platform));
      const { status, stdout, stderr } = await runCommand(['token'], envOf(platform, { MLFLOW_AUTH_BEARER: token }));
      assert.deepEqual([status, stdout], [0, token], stderr);
      const asked = platform.asked.map(({ endpoint }) => endpoint).sort();
      assert.deepEqual(asked, ['GET userinfo', 'GET workspace']);
      assert.ok(!stderr.includes(token));
    });
  });

  it('in a file is read again by the SDK for each request', async () => {
    await atPlatform(provider(), async (platform) => {
      const file = join(folder, 'bearer');
      writeFileSync(file, `${signJwt(claims(platform))}\n`);
      const env = envOf(platform, { MLFLOW_AUTH_BEARER_FILE: file });
      const { status, stderr } = await runCommand(['env', '--dir', join(folder, 'sdk')], env);
      assert.equal(status, 0, stderr);
      const credential = JSON.parse(readFileSync(join(folder, 'sdk', 'credential.json'), 'utf8'));
      assert.ok(JSON.stringify(credential).includes(JSON.stringify(file)), JSON.stringify(Object.keys(credential)));
    });
  });

  it('in a file is read again by the proxy, when the one of before expires', async () => {
    await atPlatform(provider(), async (platform) => {
      const file = join(folder, 'rotated');
      const write = (life: number) =>
        writeFileSync(file, signJwt({ ...claims(platform), exp: Math.floor(Date.now() / 1000) + life }));
      write(4);
      await withProxy(envOf(platform, { MLFLOW_AUTH_BEARER_FILE: file }), async (proxy) => {
        const path = '/api/3.0/mlflow/workspaces/team-a';
        assert.equal((await ask(proxy, path)).status, 200, proxy.stderr());
        write(3600);
        await sleep(5000);
        assert.equal((await ask(proxy, path)).status, 200, proxy.stderr());
      });
    });
  });

  it('that has expired, has whitespace in it or is no file is not sent', async () => {
    await atPlatform(provider(), async (platform) => {
      const old = signJwt({ ...claims(platform), exp: Math.floor(Date.now() / 1000) - 60 });
      const cases: [env: Env, id: SymptomId][] = [
        [{ MLFLOW_AUTH_BEARER: old }, 'bearer-expired'],
        [{ MLFLOW_AUTH_BEARER: `Bearer ${signJwt(claims(platform))}` }, 'bearer-invalid'],
        [{ MLFLOW_AUTH_BEARER: '{"access_token": "x"}' }, 'bearer-invalid'],
      ];
      for (const [env, id] of cases) {
        const { status, stderr } = await runCommand(['token'], envOf(platform, env));
        assert.equal(status, 1);
        assert.ok(stderr.includes(markOf(id)), stderr);
        assertNoSecret({ stderr }, [env.MLFLOW_AUTH_BEARER ?? '']);
      }
      assert.equal(platform.asked.length, 0);
    });
  });
});

describe('a renewal at an OpenID provider', () => {
  const first = async (platform: FakePlatform, name: string, env: Env) => {
    const dir = join(folder, name);
    return { dir, state: await firstLogin(platform, dir, env) };
  };

  for (const [name, env, secret] of [
    ['secret', SECRET, USUAL.clientSecret],
    ['key', KEYED, KEY.trim()],
  ] as const)
    it(`by a ${name} needs nothing of the environment`, async () => {
      await atPlatform(provider(), async (platform) => {
        const { dir, state } = await first(platform, name, env);
        assert.ok(state.includes(JSON.stringify(secret).slice(1, -1)));
        const { status, stderr } = await renew(dir, {});
        assert.equal(status, 0, stderr);
        assert.equal(timesAsked(platform, 'POST provider-token'), 2);
      });
    });

  it('by the ID token of a job keeps no secret, and requests another one', async () => {
    await atPlatform(provider(), async (platform) => {
      const job = gitHubVariables(platform.address);
      const unused = { DEX_CLIENT_SECRET: USUAL.clientSecret };
      const { dir, state } = await first(platform, 'job', { ...ASSERTION, ...job, ...unused });
      assertNoSecret({ stdout: state }, [USUAL.clientSecret, ...Object.values(job)]);
      const without = await renew(dir, {});
      assert.match(without.stderr, /no ID token of the CI job in the environment/);
      const { status, stderr } = await renew(dir, job);
      assert.equal(status, 0, stderr);
      assert.equal(timesAsked(platform, 'GET ci'), 2);
    });
  });

  it('that was refused is remembered, and not sent again', async () => {
    await atPlatform(provider(), async (platform) => {
      const { dir } = await first(platform, 'refused', SECRET);
      const path = join(dir, 'renewal.json');
      const state = JSON.parse(readFileSync(path, 'utf8'));
      // The client is deleted meanwhile.
      writeFileSync(path, JSON.stringify({ ...state, settings: { ...state.settings, clientId: 'gone' } }));
      const refused = await renew(dir, {});
      assert.ok(refused.stderr.includes(markOf('client-refused')), refused.stderr);
      const again = await renew(dir, {});
      assert.match(again.stderr, /mlflow-auth does not retry/);
      assert.equal(timesAsked(platform, 'POST provider-token'), 2);
    });
  });

  it('is on by itself in exec, where tokens live for seconds', async () => {
    await atPlatform(provider({ tokenLife: 12 }), async (platform) => {
      const command = ['exec', '--', process.execPath, '-e', 'setTimeout(() => {}, 9000)'];
      const { status, stderr } = await runCommand(command, envOf(platform, SECRET));
      assert.equal(status, 0, stderr);
      assert.ok(timesAsked(platform, 'POST provider-token') >= 2, stderr);
    });
  });
});

describe('a token that expires soon', () => {
  const WARNING = /the token expires 300 s after the login and is not renewed: use exec or proxy, or set renew/;

  it('causes a warning of token, of env and of the action, where nothing renews it', async () => {
    await atPlatform(provider({ tokenLife: 300 }), async (platform) => {
      for (const command of [['token'], ['env', '--dir', join(folder, 'short')]])
        assert.match((await runCommand(command, envOf(platform, SECRET))).stderr, WARNING);
      const action = await runAction({}, envOf(platform, SECRET));
      assert.match(action.stdout, WARNING);
      const renewed = await runAction({ renew: 'true' }, envOf(platform, SECRET));
      assert.doesNotMatch(renewed.stdout, WARNING);
    });
  });
});

describe('doctor at an OpenID provider', () => {
  it('shows issuer, grants and authentication methods without a request for a token', async () => {
    await atPlatform(provider(), async (platform) => {
      const { status, stdout } = await runCommand(['doctor'], envOf(platform, SECRET));
      assert.equal(status, 0, stdout);
      assert.ok(stdout.includes(`${issuerAt(platform.address)} (at which the MLflow proxy logs in)`), stdout);
      assert.match(
        stdout,
        /grants: authorization_code, client_credentials, refresh_token, password, \S+token-exchange; client authentication: client_secret_basic/,
      );
      assert.equal(timesAsked(platform, 'POST provider-token'), 0);
    });
  });

  it('shows with --login for whom the token is, and why the proxy rejects it', async () => {
    const claims = { aud: 'account', email_verified: false };
    await atPlatform(provider({ provider: { claims } }), async (platform) => {
      const { status, stdout } = await runCommand(['doctor', '--login'], envOf(platform, SECRET));
      assert.equal(status, 1, stdout);
      assert.match(stdout, /OpenID provider: token from \S+ for account, email_verified false, /);
      assert.ok(stdout.includes(markOf('provider-audience')), stdout);
    });
  });
});
