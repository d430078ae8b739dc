// Each symptom of the guide's table on the real stack: what the action's errors and doctor say of it, and what doctor
// makes of the text that the stock SDK shows, without our provider, in its place.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/program.js';
import { python } from './run-python.js';
import { type Stack, startStack } from './stack.js';

/** Seconds that an ID token lives here. */
const LIFE = 25;

let stack: Stack;
before(async () => {
  const noPkce = { code_challenge_method: undefined };
  stack = await startStack(
    { c1: {}, 'flag-off': { skip_jwt_bearer_tokens: false }, 'no-pkce': noPkce },
    { idTokens: `${LIFE}s` },
  );
});
after(() => stack?.stop());

/** Runs a command with settings that differ from the usual ones. */
const run = (args: string[], more: Record<string, string> = {}) => runCommand(args, { ...stack.env, ...more });

async function tokenOf(more: Record<string, string> = {}): Promise<string> {
  const { status, stdout, stderr } = await run(['token', '--no-verify'], more);
  assert.equal(status, 0, stderr);
  return stdout;
}

/** What the SDK says, with nothing in its environment but these variables, and which symptom doctor sees in it. */
async function sdkSays(
  token: string,
  more: Record<string, string> = {},
): Promise<{ text: string; id: string | undefined }> {
  const env = {
    MLFLOW_TRACKING_URI: `${stack.address}/clusters/c1/mlflow`,
    MLFLOW_TRACKING_SERVER_CERT_PATH: stack.caFile,
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
    ...more,
  };
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const { status, stderr } = await python(stack, given, ['first_call.py']);
  assert.notEqual(status, 0, 'the SDK reports success');
  const { stdout } = await runCommand(['doctor', '--json', '--message', '-'], {}, stderr);
  return { text: stderr, id: JSON.parse(stdout)?.id };
}

/** Both the login and doctor fail, and name the same cause. */
async function bothSay(flags: string[], cause: RegExp, more: Record<string, string> = {}): Promise<void> {
  const login = await run(
    [...(flags.includes('cookie') ? ['cookie'] : ['token']), ...flags.filter((flag) => flag !== 'cookie')],
    more,
  );
  assert.equal(login.status, 1, login.stderr);
  assert.match(login.stderr, cause);
  const doctor = await run(
    [
      'doctor',
      '--login',
      '--method',
      flags.includes('cookie') ? 'cookie' : 'token',
      ...flags.filter((flag) => flag !== 'cookie'),
    ],
    more,
  );
  assert.equal(doctor.status, 1, doctor.stdout);
  assert.match(doctor.stdout, cause);
}

describe('on the real stack, the cause is named', () => {
  it('a client that enforces PKCE', async () => {
    await bothSay(
      ['cookie', '--cluster', 'no-pkce'],
      /PKCE code_challenge is required[\s\S]*code_challenge_method = "S256"/,
    );
  });

  it('a code that is used up: the whole login is run once more, and no more', async () => {
    stack.thief.on = true;
    try {
      const { status, stderr } = await run(['token']);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /400 invalid_grant.*logging in again from the start[\s\S]*Got: {3}400 invalid_grant: .*\(the authorization code was used before, has expired/,
      );
      assert.match((await run(['doctor', '--login'])).stdout, /✗ Dex: redeem the code .*400 invalid_grant/);
    } finally {
      stack.thief.on = false;
    }
  });

  it('a proxy that takes no bearer tokens', async () => {
    await bothSay(['--cluster', 'flag-off'], /401 Unauthorized[\s\S]*--skip-jwt-bearer-tokens=true/);
    const uri = `${stack.address}/clusters/flag-off/mlflow`;
    const script = async (workspace = '') =>
      sdkSays(await tokenOf(), { MLFLOW_TRACKING_URI: uri, MLFLOW_WORKSPACE: workspace });
    assert.equal((await script()).id, 'sdk-rejected');
    assert.equal((await script('team-a')).id, 'sdk-rejected');
  });

  it('a rejected token that shows as a TLS error of the login page', async () => {
    const plain = {
      MLFLOW_TRACKING_URI: stack.inCluster('flag-off'),
      MLFLOW_TRACKING_SERVER_CERT_PATH: '',
      MLFLOW_WORKSPACE: 'team-a',
    };
    const { text, id } = await sdkSays(await tokenOf(), plain);
    assert.match(text, /SSLCertVerificationError|CERTIFICATE_VERIFY_FAILED/);
    assert.equal(id, 'sdk-rejected');
  });

  it('a token for another client', async () => {
    await bothSay(
      ['--client-id', 'another-client'],
      /(the token is for client another-client, oauth2-proxy logs in as alauda-auth)/,
    );
    const token = await tokenOf({ DEX_CLIENT_ID: 'another-client' });
    assert.equal((await sdkSays(token)).id, 'sdk-rejected');
  });

  it('a workspace without access, and one that does not exist', async () => {
    await bothSay(['--workspace', 'team-b'], /PERMISSION_DENIED[\s\S]*mlflow\.kubeflow\.org/);
    await bothSay(['--workspace', 'team-x'], /RESOURCE_DOES_NOT_EXIST[\s\S]*mlflow-enabled=true/);
    const script = async (workspace: string) => sdkSays(await tokenOf(), { MLFLOW_WORKSPACE: workspace });
    assert.equal((await script('team-b')).id, 'workspace-forbidden');
    assert.equal((await script('team-x')).id, 'workspace-unknown');
  });

  it('a certificate that is not trusted', async () => {
    const noCa = { PLATFORM_CA: '' };
    const { status, stderr } = await run(['token'], noCa);
    assert.equal(status, 1);
    assert.match(stderr, /that this machine does not trust[\s\S]*ca-cert/);
    assert.match(
      (await run(['doctor'], noCa)).stdout,
      /✗ TLS: .*certificate of .*issued by "mlflow-auth test CA".*\n {4}If "mlflow-auth test CA" is an intermediate CA/,
    );
    assert.equal(
      (await sdkSays(await tokenOf(), { MLFLOW_TRACKING_SERVER_CERT_PATH: '' })).id,
      'certificate-untrusted',
    );
  });

  it('a line break behind the token', async () => {
    assert.equal((await sdkSays(`${await tokenOf()}\n`)).id, 'sdk-trailing-blank');
  });

  it('keys that Dex no longer has', async () => {
    const old = await tokenOf();
    await stack.restartDex();
    assert.equal((await run(['token'])).status, 0, 'a new login works, and makes oauth2-proxy read the new keys');
    assert.equal((await sdkSays(old)).id, 'sdk-rejected');
  });

  it('a token that has expired', async () => {
    const token = await tokenOf();
    await new Promise((resolve) => setTimeout(resolve, (LIFE + 1) * 1000));
    assert.equal((await sdkSays(token)).id, 'sdk-rejected');
  });

  it('a captcha after failed logins, which a right password does not get past', async () => {
    const wrong = { MLFLOW_USERNAME: 'big@example.com', MLFLOW_PASSWORD: 'wrong password' };
    for (let tries = 0; tries < 3; tries++)
      assert.match((await run(['token'], wrong)).stderr, /wrong username or password/);
    const right = { MLFLOW_USERNAME: 'big@example.com' };
    await bothSay([], /CaptchaError: captcha required[\s\S]*log in once in a browser/, right);
  });

  it('who owns a run, and where it goes, is shown after each login', async () => {
    const { stderr } = await run(['token']);
    assert.match(stderr, /logged in as ci@example\.com/);
    assert.match(stderr, /workspace team-a open/);
  });
});
