// The next refresh token, whatever fails after its receipt: the one that was given is spent, so that it must not be lost.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { serverCertificate } from '../support/fake/certificates.js';
import { signJwt } from '../support/fake/jwt.js';
import { type FakePlatform, type StartOptions, startPlatform } from '../support/fake/platform.js';
import type { Canned, Endpoint } from '../support/fake/switches.js';
import { readFileCommand } from '../support/github-runner.js';
import { BUNDLE, goodEnv, goodInputs, runAction, runCommand } from '../support/program.js';
import { sampled } from '../support/sample.js';

const root = mkdtempSync(join(tmpdir(), 'mlflow-auth-next-'));
after(() => rmSync(root, { recursive: true }));

const GIVEN = 'refresh-token-given';

const outputOf = (text = ''): string | undefined =>
  new Map(readFileCommand(text.replaceAll('\r\n', '\n'))).get('refresh-token');

/** The refresh token that the platform takes next: nothing else shows that it is not lost. */
async function assertGood(platform: FakePlatform, token: string | undefined): Promise<void> {
  assert.ok(token && token !== GIVEN, `handed back: ${token}`);
  const { status, stderr } = await runCommand(['token', '--no-verify'], {
    ...goodEnv(platform),
    MLFLOW_USERNAME: '',
    MLFLOW_PASSWORD: '',
    DEX_REFRESH_TOKEN: token,
  });
  assert.equal(status, 0, stderr);
}

interface Failure {
  platform?: StartOptions;
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** Done when the proof begins. */
  meanwhile?: (temp: string) => void;
}

const proof = (answer: Canned): Failure => ({ platform: { canned: { userinfo: answer, workspace: answer } } });
const untrusted = await startPlatform({ certificate: serverCertificate({ selfSigned: true }) });
const shut = await startPlatform();
await shut.close();
after(() => untrusted.close());

const FAILURES: Record<string, Failure> = {
  'a rejected credential': proof({ status: 401 }),
  'an error of the server': proof({ status: 500 }),
  'a server out of order': proof({ status: 503, headers: { 'retry-after': '0' } }),
  'a redirect': proof({ status: 302, headers: { location: 'https://evil.test/' } }),
  'a page in place of JSON': proof({ status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }),
  'a time-out': { ...proof({ status: 200, hang: true }), inputs: { timeout: '3' } },
  'a connection that is refused': { inputs: { cluster: '', 'tracking-uri': `${shut.address}/clusters/c1/mlflow` } },
  'a certificate that is not trusted': {
    inputs: { cluster: '', 'tracking-uri': `${untrusted.address}/clusters/c1/mlflow` },
  },
  'a header that is too large': proof({ status: 200, headers: { 'x-large': 'x'.repeat(1 << 21) } }),
  'a folder that cannot be written': {
    meanwhile: (temp) => {
      rmSync(temp, { recursive: true, force: true });
      writeFileSync(temp, '');
    },
  },
  'variables that cannot be written': { env: { GITHUB_ENV: root } },
  'an ID token for somebody else': { platform: { claims: { aud: 'another' } } },
  'an ID token of another issuer': { platform: { claims: { iss: 'https://evil.test/dex' } } },
  'an ID token that has expired': { platform: { claims: { exp: 1, iat: 0 } } },
  'an ID token that is none': { platform: { changesIdToken: () => 'none' } },
  'an issuer that cannot be had': {
    platform: { claims: { iss: 'https://other.test/dex' }, canned: { discovery: { status: 500 } } },
  },
};

describe('the action hands back the next refresh token', () => {
  for (const [name, { platform: switches, inputs, env, meanwhile }] of sampled(Object.entries(FAILURES)))
    for (const renew of ['false', 'true'])
      it(`after ${name}${renew === 'true' ? ', with renew' : ''}`, async () => {
        const temp = mkdtempSync(join(root, 'temp-'));
        const before = (endpoint: Endpoint | undefined) => {
          if (endpoint === 'workspace') meanwhile?.(temp);
        };
        const platform = await startPlatform({ refreshToken: GIVEN, before, ...switches });
        const { status, stdout, files } = await runAction(
          { ...goodInputs(platform), 'refresh-token': GIVEN, method: 'token', renew, ...inputs },
          { RUNNER_TEMP: temp, ...env },
        );
        await platform.close();
        assert.equal(status, 1, stdout);
        const token = outputOf(files.GITHUB_OUTPUT);
        assert.match(token ?? '', /^refresh-token-\d+$/, stdout);
        const mask = stdout.indexOf(`::add-mask::${token}`);
        assert.ok(mask >= 0, 'it is masked');
      });

  it('so that the next run can use it', async () => {
    const platform = await startPlatform({ refreshToken: GIVEN, canned: { userinfo: { status: 500, times: 1 } } });
    const { files } = await runAction({ ...goodInputs(platform), 'refresh-token': GIVEN });
    await assertGood(platform, outputOf(files.GITHUB_OUTPUT));
    await platform.close();
  });

  const SIGNALS: NodeJS.Signals[] = process.platform === 'win32' ? [] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'];
  for (const signal of sampled(SIGNALS))
    for (const renew of signal === 'SIGKILL' ? ['false'] : ['false', 'true'])
      it(`when ${signal} interrupts the proof${renew === 'true' ? ', with renew' : ''}`, async () => {
        const folder = mkdtempSync(join(root, 'signal-'));
        const file = (name: string) => {
          writeFileSync(join(folder, name), '');
          return join(folder, name);
        };
        const output = file('output');
        const files = { GITHUB_OUTPUT: output, GITHUB_ENV: file('env'), GITHUB_STATE: file('state') };
        let interrupt = () => {};
        const platform = await startPlatform({
          refreshToken: GIVEN,
          canned: { userinfo: { status: 200, hang: true } },
          before: (endpoint) => (endpoint === 'userinfo' ? interrupt() : undefined),
        });
        const inputs = { ...goodInputs(platform), 'refresh-token': GIVEN, renew };
        const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
        const env = { GITHUB_ACTIONS: 'true', RUNNER_TEMP: folder, ...files, ...Object.fromEntries(given) };
        const child = spawn(process.execPath, [BUNDLE], { env, stdio: 'ignore' });
        interrupt = () => child.kill(signal);
        await new Promise((resolve) => child.on('exit', resolve));
        await platform.close();
        assert.match(outputOf(readFileSync(output, 'utf8')) ?? '', /^refresh-token-\d+$/);
        assert.equal(readFileSync(files.GITHUB_ENV, 'utf8'), '');
      });

  it('or says that it could not, in addition to what failed', async () => {
    const folder = mkdtempSync(join(root, 'output-'));
    const output = join(folder, 'output');
    writeFileSync(output, '');
    const answer = { status: 401 };
    const platform = await startPlatform({
      refreshToken: GIVEN,
      canned: { userinfo: answer, workspace: answer },
      before: (endpoint) => (endpoint === 'token' ? rmSync(output) : undefined),
    });
    const { status, stdout } = await runAction(
      { ...goodInputs(platform), 'refresh-token': GIVEN, method: 'token' },
      { GITHUB_OUTPUT: output },
    );
    await platform.close();
    assert.equal(status, 1);
    assert.match(stdout, /^::warning title=mlflow-auth::cannot set the output refresh-token: /m);
    assert.match(stdout, /^::error title=mlflow-auth%3A oauth2-proxy rejects the token::/m);
  });
});

describe('a command keeps the next refresh token', () => {
  const failing: StartOptions = { refreshToken: GIVEN, canned: { userinfo: { status: 500, times: 1 } } };

  it('of refresh --format json on standard output, where it has no file', async () => {
    const platform = await startPlatform(failing);
    const { MLFLOW_USERNAME: _, MLFLOW_PASSWORD: __, ...env } = goodEnv(platform);
    const { status, stdout } = await runCommand(['refresh', '--format', 'json'], { ...env, DEX_REFRESH_TOKEN: GIVEN });
    assert.equal(status, 1);
    const { refresh_token, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, {}, 'nothing that did not pass the proof');
    await assertGood(platform, refresh_token);
    await platform.close();
  });

  const COMMANDS = [['refresh'], ['token'], ['env'], ['exec', '--', 'true']];
  for (const [command = '', ...rest] of COMMANDS)
    it(`of ${command} in its file`, async () => {
      const platform = await startPlatform(failing);
      const file = join(root, `for-${command}`);
      writeFileSync(file, GIVEN);
      const ca = join(root, 'ca.pem');
      writeFileSync(ca, platform.ca);
      const env = { ...goodEnv(platform), PLATFORM_CA: ca };
      const { status } = await runCommand([command, '--refresh-token-file', file, ...rest], env);
      assert.equal(status, 1);
      await assertGood(platform, readFileSync(file, 'utf8'));
      await platform.close();
    });
});

describe('an answer of the token endpoint that is no success', () => {
  it('hands back nothing, whatever it holds', async () => {
    const body = { error: 'invalid_request', refresh_token: 'refresh-token-of-an-error', id_token: signJwt({}) };
    const platform = await startPlatform({ refreshToken: GIVEN, canned: { token: { status: 400, body } } });
    const inputs = { ...goodInputs(platform), username: '', password: '', 'refresh-token': GIVEN };
    const { status, files } = await runAction(inputs);
    await platform.close();
    assert.deepEqual([status, outputOf(files.GITHUB_OUTPUT)], [1, undefined]);
  });
});
