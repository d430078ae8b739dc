// Every error of the fake platform, through the built program: the right advice, one login at most, nothing handed over, no secret shown.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '../support/fake/dex.js';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { type Canned, type Endpoint, USUAL } from '../support/fake/switches.js';
import { assertNoSecret, secretsOf } from '../support/leaks.js';
import { goodEnv, goodInputs, runAction, runCommand, timesAsked } from '../support/program.js';

const HTML = { 'content-type': 'text/html' };
const page = (title: string) =>
  `<!doctype html><html><head><title>${title}</title></head><body>secret body</body></html>`;
const oauth = (status: number, error: string, error_description?: string) => ({
  status,
  body: { error, error_description },
});

interface Case {
  name: string;
  platform: StartOptions;
  inputs?: Record<string, string>;
  /** Title of the annotation, from the row of the table of symptoms that must fit. */
  title: string;
  /** What else the message must say. */
  says?: RegExp;
  /** Logins that may be seen; 1 unless said otherwise. */
  logins?: number;
}

const at = (endpoint: Endpoint, answer: Canned): StartOptions => ({ canned: { [endpoint]: answer } });

const CASES: Case[] = [
  // begin the login
  {
    name: 'client that enforces PKCE',
    platform: at('authorize', { status: 400, body: 'PKCE code_challenge is required for this client' }),
    title: 'PKCE required',
    logins: 0,
  },
  {
    name: 'redirect URI not registered',
    platform: { redirectUris: ['/other'] },
    title: 'Redirect URI not registered',
    says: /The redirect URI sent was https:\/\/localhost:\d+\/oauth2\/callback/,
    logins: 0,
  },
  { name: 'unknown client', platform: {}, inputs: { 'client-id': 'typo' }, title: 'Unknown client', logins: 0 },
  {
    name: 'scope refused',
    platform: at('authorize', oauth(400, 'invalid_scope', 'Unrecognized scope(s) ["x"]')),
    title: 'Scope refused',
    logins: 0,
  },
  {
    name: 'console in place of the API',
    platform: at('authorize', { status: 200, body: page('Console'), headers: HTML }),
    title: 'A web page instead of the API',
    says: /200 HTML page "Console"/,
    logins: 0,
  },
  { name: 'no such API', platform: at('authorize', { status: 404, body: '' }), title: 'No login API here', logins: 0 },
  {
    name: 'redirect to another host',
    platform: at('authorize', { status: 302, body: '', headers: { location: 'https://login.test/x?code=1' } }),
    title: 'Redirected',
    says: /redirect to https:\/\/login\.test\/x /,
    logins: 0,
  },
  {
    name: 'error sent as a redirect',
    platform: at('authorize', {
      status: 303,
      headers: { location: '/cb?error=invalid_scope&error_description=Missing+scope' },
    }),
    title: 'Scope refused',
    logins: 0,
  },
  {
    name: 'login request without id',
    platform: at('authorize', { status: 200, body: { req: '' } }),
    title: 'Unexpected answer',
    says: /JSON without "req"/,
    logins: 0,
  },
  {
    name: 'error told with 200',
    platform: at('authorize', { status: 200, body: { error: 'invalid_client' } }),
    title: 'Unknown client',
    logins: 0,
  },
  {
    name: 'server down',
    platform: at('authorize', { status: 503, body: '', headers: { 'retry-after': '0' } }),
    title: 'Server not available',
    logins: 0,
  },
  {
    name: 'server error',
    platform: at('authorize', status(500, 'InternalError', 'boom')),
    title: 'Server error',
    says: /InternalError: boom/,
    logins: 0,
  },
  // public key
  {
    name: 'key of an unknown form',
    platform: at('pubkey', { status: 200, body: { ts: '1', pubkey: 'ssh-rsa AAAA' } }),
    title: 'Public key not understood',
    logins: 0,
  },
  {
    name: 'key missing',
    platform: at('pubkey', { status: 200, body: { ts: '1' } }),
    title: 'Public key not understood',
    logins: 0,
  },
  {
    name: 'time stamp missing',
    platform: at('pubkey', { status: 200, body: { pubkey: 'x' } }),
    title: 'Public key not understood',
    logins: 0,
  },
  {
    name: 'no public key at all',
    platform: at('pubkey', { status: 404, body: '' }),
    title: 'No login API here',
    says: /allow-base64-password/,
    logins: 0,
  },
  {
    name: 'key as a page',
    platform: at('pubkey', { status: 200, body: page('Sign in to Wi-Fi'), headers: HTML }),
    title: 'A web page instead of the API',
    says: /Wi-Fi/,
    logins: 0,
  },
  {
    name: 'password too long for the key',
    platform: {},
    inputs: { password: 'long password '.repeat(20) },
    title: 'Password too long',
    says: /holds 245 bytes/,
    logins: 0,
  },
  // login
  {
    name: 'wrong password',
    platform: {},
    inputs: { password: 'wrong password' },
    title: 'Login refused',
    says: /The platform has: local, corp-ldap\./,
  },
  { name: 'wrong user', platform: {}, inputs: { username: 'nobody' }, title: 'Login refused' },
  {
    name: 'wrong connector',
    platform: {},
    inputs: { connector: 'ldap' },
    title: 'Unknown connector',
    says: /There is no connector ldap; the platform has: local, corp-ldap\./,
  },
  {
    name: 'captcha',
    platform: at('login', status(500, 'CaptchaError', 'captcha required')),
    title: 'Captcha asked for',
    says: /failed logins lock an account/,
  },
  {
    name: 'captcha, reason within error',
    platform: at('login', { status: 403, body: { error: { reason: 'CaptchaError' } } }),
    title: 'Captcha asked for',
  },
  {
    name: 'first login',
    platform: at('login', status(500, 'FirstLoginPasswordUpdate', 'must update')),
    title: 'First login not done',
  },
  { name: 'expired password', platform: at('login', status(500, 'PasswordExpired', 'x')), title: 'Password expired' },
  {
    name: 'expired password, reason alone',
    platform: at('login', { status: 400, body: { reason: 'PasswordExpired' } }),
    title: 'Password expired',
  },
  {
    name: 'second factor',
    platform: at('login', { status: 403, body: { message: 'Need verify code' } }),
    title: 'Second factor asked for',
  },
  {
    name: 'locked account',
    platform: at('login', status(500, 'InternalError', 'user is locked')),
    title: 'Account locked',
    says: /20 minutes/,
  },
  {
    name: 'disabled account',
    platform: at('login', { status: 403, body: { error: 'AccountDisabledError' } }),
    title: 'Account disabled',
  },
  {
    name: 'account without e-mail',
    platform: at(
      'login',
      status(500, 'InternalError', 'Internal error occurred: failed to authenticate: missing email claim'),
    ),
    title: 'Account without e-mail',
  },
  {
    name: 'unknown reason, as OAuth',
    platform: at('login', { status: 401, body: { error_description: 'no' } }),
    title: 'Login refused',
  },
  {
    name: 'stale key',
    platform: at('login', status(500, 'InternalError', 'Internal error occurred: failed to decrypt password')),
    title: 'Encrypted password not accepted',
  },
  {
    name: 'login request gone',
    platform: at('login', { status: 400, body: { message: 'User session error.' } }),
    title: 'Login request unknown',
  },
  {
    name: 'login API as a page',
    platform: at('login', { status: 500, body: page('Bad'), headers: HTML }),
    title: 'A web page instead of the API',
  },
  {
    name: 'gateway down at the login',
    platform: at('login', { status: 502, body: '' }),
    title: 'Server not available',
  },
  {
    name: 'login redirected',
    platform: at('login', { status: 307, headers: { location: 'https://evil.test/' } }),
    title: 'Redirected',
  },
  {
    name: 'answer without redirect_url',
    platform: at('login', { status: 200, body: { session_state: '' } }),
    title: 'Unexpected answer',
    says: /without "redirect_url"/,
  },
  {
    name: 'reason told with 200',
    platform: at('login', { status: 200, body: { reason: 'CaptchaError' } }),
    title: 'Captcha asked for',
  },
  {
    name: 'redirect_url with an error',
    platform: at('login', { status: 200, body: { redirect_url: '/cb?error=access_denied&error_description=no' } }),
    title: 'Login refused',
    says: /access_denied: no/,
  },
  {
    name: 'redirect_url without a code',
    platform: at('login', { status: 200, body: { redirect_url: '/cb?state=x' } }),
    title: 'Answer to another login',
  },
  {
    name: 'redirect_url that is none',
    platform: at('login', { status: 200, body: { redirect_url: 'https://[' } }),
    title: 'Unexpected answer',
  },
  { name: 'state of another login', platform: { state: 'forged' }, title: 'Answer to another login' },
  // token
  {
    name: 'wrong client secret',
    platform: {},
    inputs: { 'client-secret': 'wrong client secret' },
    title: 'Client secret refused',
    says: /base64/,
  },
  {
    name: 'stale code',
    platform: at('token', oauth(400, 'invalid_grant', 'Invalid or expired code parameter.')),
    title: 'Code refused',
    logins: 2,
  },
  {
    name: 'code of another client',
    platform: at('token', oauth(500, 'server_error')),
    title: 'Code refused',
    logins: 2,
  },
  {
    name: 'redirect URI differs',
    platform: at('token', oauth(400, 'invalid_request', 'redirect_uri did not match URI from initial request.')),
    title: 'Redirect URI changed',
  },
  {
    name: 'grant not allowed',
    platform: at('token', oauth(400, 'unsupported_grant_type')),
    title: 'Grant not allowed',
  },
  {
    name: 'token endpoint as a page',
    platform: at('token', { status: 200, body: page('x'), headers: HTML }),
    title: 'A web page instead of the API',
  },
  { name: 'token endpoint down', platform: at('token', { status: 503, body: '' }), title: 'Server not available' },
  {
    name: 'token endpoint redirected',
    platform: at('token', { status: 307, headers: { location: 'https://evil.test/' } }),
    title: 'Redirected',
  },
  {
    name: 'no id token',
    platform: at('token', { status: 200, body: { access_token: 'access-token', token_type: 'bearer' } }),
    title: 'Token not as expected',
  },
  {
    name: 'token of another issuer',
    platform: { claims: { iss: 'https://evil.test/dex' } },
    title: 'Token not as expected',
  },
  { name: 'token for another audience', platform: { claims: { aud: 'other' } }, title: 'Token not as expected' },
  { name: 'token that has expired', platform: { claims: { exp: 1_000_000_000 } }, title: 'Clocks differ' },
  // verification
  {
    name: 'proxy without bearer tokens',
    platform: { skipJwtBearerTokens: false },
    inputs: { method: 'token' },
    title: 'oauth2-proxy rejects the token',
    says: /--skip-jwt-bearer-tokens=true/,
  },
  {
    name: 'proxy of another client',
    platform: { proxyClientId: 'mlflow' },
    inputs: { method: 'token' },
    title: 'Token for another client',
    says: /token is for client alauda-auth, oauth2-proxy logs in as mlflow/,
  },
  {
    name: 'account that the proxy lets in neither here nor there',
    platform: {
      canned: {
        userinfo: { status: 401, body: 'Unauthorized' },
        workspace: {
          status: 403,
          body: '<title>403 Forbidden</title>You do not have permission to access this resource.',
          headers: { 'content-type': 'text/html' },
        },
      },
    },
    title: 'oauth2-proxy refuses the account',
  },
  {
    name: 'account that the proxy does not let in',
    platform: at('userinfo', { status: 403, body: page('403'), headers: HTML }),
    title: 'oauth2-proxy refuses the account',
  },
  { name: 'wrong cluster', platform: {}, inputs: { cluster: 'c2' }, title: 'No MLflow proxy here' },
  {
    name: 'workspace without access',
    platform: {},
    inputs: { workspace: 'team-b' },
    title: 'No access to the workspace',
    says: /PERMISSION_DENIED/,
  },
  {
    name: 'workspace that does not exist',
    platform: {},
    inputs: { workspace: 'team-x' },
    title: 'Unknown workspace',
    says: /mlflow-enabled=true/,
  },
  { name: 'server without workspaces', platform: { workspacesEnabled: false }, title: 'Server without workspaces' },
  {
    name: 'workspaces switched off',
    platform: { workspacesEnabled: false, ...at('workspace', { status: 503, body: 'off' }) },
    title: 'Server without workspaces',
  },
  {
    name: 'no default workspace',
    platform: at('experiments', {
      status: 400,
      body: { error: { code: 'INVALID_PARAMETER_VALUE', message: 'Workspace context is required for this request.' } },
    }),
    inputs: { workspace: '' },
    title: 'No workspace chosen',
  },
  {
    name: 'identity not passed on',
    platform: at('workspace', {
      status: 401,
      body: { error: { code: 'UNAUTHENTICATED', message: 'Missing Authorization header' } },
    }),
    title: 'MLflow rejects the identity',
  },
];

describe('an error', { concurrency: 2 }, () => {
  for (const { name, platform: switches, inputs = {}, title, says = /./, logins: allowed = 1 } of CASES) {
    it(`${name} is told as "${title}"`, async () => {
      const platform = await startPlatform(switches);
      try {
        const given = { ...goodInputs(platform), ...inputs };
        const action = await runAction(given);
        const annotation =
          /^::error title=mlflow-auth%3A (.*)::(.*)$/m.exec(action.stdout) ?? assert.fail(action.stdout);
        assert.equal(action.status, 1);
        assert.equal(annotation[1]?.replaceAll('%2C', ','), title, annotation[2]);
        assert.match(annotation[2] ?? '', says);
        assert.match(annotation[2] ?? '', /^Tried: .*%0AGot: {3}.*%0ADo: {4}[^%]*/);
        const { GITHUB_STEP_SUMMARY: summary = '', ...others } = action.files;
        assert.deepEqual(others, { GITHUB_ENV: '', GITHUB_OUTPUT: '' });
        assert.ok(summary.startsWith(`<h3>MLflow login failed: ${title}</h3>`), summary);
        for (const label of ['Layer', 'Tried', 'Got', 'Do']) assert.ok(summary.includes(`<th>${label}</th>`), summary);
        assert.equal(timesAsked(platform, 'POST login'), allowed);
        assertNoSecret(action, secretsOf(platform, given));
      } finally {
        await platform.close();
      }
    });
  }

  it('leaves no secret on the command line either, and nothing on standard output', async () => {
    for (const { name, platform: switches, inputs = {} } of CASES) {
      const platform = await startPlatform(switches);
      const given = { ...goodInputs(platform), ...inputs };
      const flags = Object.entries(inputs)
        .filter(([input]) => !['password', 'client-secret'].includes(input))
        .map(([input, value]) => `--${input}=${value}`);
      const env: Record<string, string> = {
        ...goodEnv(platform),
        MLFLOW_PASSWORD: given.password ?? '',
        DEX_CLIENT_SECRET: given['client-secret'] ?? '',
      };
      if (inputs.workspace === '') env.MLFLOW_WORKSPACE = '';
      const outcome = await runCommand(['token', ...flags], env);
      await platform.close();
      assert.equal(outcome.status, 1, `${name}: ${outcome.stderr}`);
      assert.equal(outcome.stdout, '', name);
      assertNoSecret(outcome, secretsOf(platform, given));
    }
  });

  it('on the way to the cookie method shows no secret either, and there is no third login', async () => {
    const echo = {
      status: 401,
      body: `token with secret ${USUAL.clientSecret} and ${encodeURIComponent(USUAL.password)} refused`,
    };
    const stale = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid or expired code parameter.' },
      times: 1,
    };
    for (const [canned, allowed, code] of [
      [{ userinfo: echo }, 2, 1],
      [{ userinfo: echo, token: stale }, 2, 1],
    ] as const) {
      const platform = await startPlatform({ canned });
      const outcome = await runCommand(['env', '--dir', 'build/none'], goodEnv(platform));
      await platform.close();
      assert.equal(outcome.status, code, outcome.stderr);
      assert.match(outcome.stderr, /token with secret \*\*\* and \*\*\* refused/);
      assert.equal(timesAsked(platform, 'POST login'), allowed);
      assertNoSecret(outcome, secretsOf(platform, goodInputs(platform)));
    }
  });

  it('cannot forge commands or move the cursor, whoever writes the text', async () => {
    const evil = 'x\n::stop-commands::abc\n::set-output name=a::b\u001b[2J';
    const cases: StartOptions[] = [
      { claims: { email: evil } },
      { claims: { email: evil }, workspaces: {} },
      at('login', { status: 500, body: { reason: evil, message: evil } }),
      at('userinfo', { status: 200, body: { email: evil, groups: [] } }),
      { connectors: [{ id: evil, type: 'ldap' }] },
    ];
    for (const switches of cases) {
      const platform = await startPlatform(switches);
      const action = await runAction({ ...goodInputs(platform), method: 'token' });
      const doctor = await runCommand(['doctor', '--login'], goodEnv(platform));
      await platform.close();
      for (const text of [action.stdout, doctor.stdout]) {
        assert.doesNotMatch(text, /^::(stop-commands|set-output)/m);
        assert.ok(!text.includes('\u001b'), text);
      }
    }
  });

  it('that echoes a secret is told without it', async () => {
    const echo = `your password ${USUAL.password} and ${encodeURIComponent(USUAL.clientSecret)} are wrong`;
    const platform = await startPlatform(at('login', status(500, 'InternalError', echo)));
    const given = goodInputs(platform);
    const outcome = await runAction(given);
    await platform.close();
    assert.match(outcome.stdout, /your password \*\*\* and \*\*\* are wrong/);
    assertNoSecret(outcome, secretsOf(platform, given));
  });
});
