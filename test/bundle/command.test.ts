// The bundle as a command: standard output is the credential alone, the rest is on standard error, exit codes tell the kind of failure.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { goodEnv, runCommand, steady } from '../support/program.js';
import { sampled } from '../support/sample.js';

let platform: FakePlatform;
const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-command-'));
const caFile = join(folder, 'ca.pem');
before(async () => {
  platform = await startPlatform();
  writeFileSync(caFile, platform.ca);
});
after(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

const withFile = () => ({ ...goodEnv(platform), PLATFORM_CA: caFile });

describe('token', () => {
  it('prints the id token, no line break, and its progress elsewhere', async () => {
    const { status, stdout, stderr } = await runCommand(['token'], goodEnv(platform));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
    assert.deepEqual(
      steady(stderr).split('\n').sort(),
      [
        '',
        '- method: token (the command is token)',
        '✓ accepted by oauth2-proxy (N ms)',
        '✓ code exchanged for a token (N ms)',
        '✓ logged in as ci@example.com (connector local) (N ms)',
        '✓ login begun (N ms)',
        '✓ public key received (N ms)',
        '✓ workspace team-a open (N ms)',
      ].sort(),
    );
  });

  it('costs six requests, one of them a login', async () => {
    const before = platform.asked.length;
    await runCommand(['token'], goodEnv(platform));
    const asked = platform.asked.slice(before).map(({ endpoint }) => endpoint);
    assert.deepEqual(asked.slice(0, 2).sort(), ['GET authorize', 'GET pubkey']);
    assert.deepEqual(asked.slice(2, 4), ['POST login', 'POST token']);
    assert.deepEqual(asked.slice(4).sort(), ['GET userinfo', 'GET workspace']);
  });

  it('takes flags before the environment, and the password from standard input', async () => {
    const env = { ...goodEnv(platform), MLFLOW_PASSWORD: 'wrong', MLFLOW_USERNAME: 'nobody' };
    const { status, stderr } = await runCommand(
      ['token', '--username', USUAL.username, '--password-file=-'],
      env,
      `${USUAL.password}\n`,
    );
    assert.equal(status, 0, stderr);
  });

  it('warns of a secret given as a flag', async () => {
    const { status, stderr } = await runCommand(
      ['token', '--password', USUAL.password, '--no-verify'],
      goodEnv(platform),
    );
    assert.equal(status, 0);
    assert.match(
      stderr,
      /^! --password exposes the secret in the process list; use --password-file or the environment$/m,
    );
    assert.match(stderr, /- verification skipped \(verify: false\)/);
  });

  it('needs no MLflow address when nothing is verified', async () => {
    const { CLUSTER: _, MLFLOW_WORKSPACE: __, ...env } = goodEnv(platform);
    assert.equal((await runCommand(['token', '--verify', 'false'], env)).status, 0);
    assert.equal((await runCommand(['token'], env)).status, 2);
  });

  it('within a workflow masks all secrets on standard error, and never elsewhere', async () => {
    const { stdout, stderr } = await runCommand(['token'], {
      ...goodEnv(platform),
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: caFile,
    });
    const masked = stderr.match(/(?<=^::add-mask::).*$/gm)?.map((value) => value.replaceAll('%25', '%')) ?? [];
    for (const secret of [stdout, USUAL.password, USUAL.clientSecret]) assert.ok(masked.includes(secret), stderr);
    const { stderr: elsewhere } = await runCommand(['token'], { ...goodEnv(platform), GITHUB_OUTPUT: caFile });
    assert.doesNotMatch(elsewhere, /add-mask/);
  });
});

describe('env', () => {
  const EXPECTED = (value: (name: string, text: string) => string) =>
    [
      value('MLFLOW_TRACKING_URI', 'https://localhost:PORT/clusters/c1/mlflow'),
      value('MLFLOW_TRACKING_TOKEN', '<token>'),
      value('MLFLOW_WORKSPACE', 'team-a'),
      value('MLFLOW_TRACKING_SERVER_CERT_PATH', caFile),
    ].join('');

  const FORMATS: Record<string, (name: string, text: string) => string> = {
    shell: (name, text) => `export ${name}='${text}'\n`,
    dotenv: (name, text) => `${name}=${text}\n`,
    powershell: (name, text) => `$env:${name} = '${text}'\n`,
    github: (name, text) => `${name}<<end-<uuid>\n${text}\nend-<uuid>\n`,
  };
  for (const [format, line] of Object.entries(FORMATS)) {
    it(`--format ${format} prints what the SDK needs`, async () => {
      const { stdout, status, stderr } = await runCommand(['env', '--format', format], withFile());
      assert.equal(status, 0, stderr);
      assert.equal(steady(stdout), EXPECTED(line));
    });
  }

  it('--format json prints the same, and shell is the default', async () => {
    const { stdout } = await runCommand(['env', '--format=json'], withFile());
    assert.deepEqual(Object.keys(JSON.parse(stdout)), [
      'MLFLOW_TRACKING_URI',
      'MLFLOW_TRACKING_TOKEN',
      'MLFLOW_WORKSPACE',
      'MLFLOW_TRACKING_SERVER_CERT_PATH',
    ]);
    assert.match((await runCommand(['env'], withFile())).stdout, /^export MLFLOW_TRACKING_URI='/);
  });

  it('exits with 1 for a value that the format cannot hold, since that shows after the login', async () => {
    const odd = join(folder, '${odd}.pem');
    writeFileSync(odd, platform.ca);
    const { status, stdout, stderr } = await runCommand(['env', '--format', 'dotenv'], {
      ...goodEnv(platform),
      PLATFORM_CA: odd,
    });
    assert.deepEqual([status, stdout], [1, ''], stderr);
    assert.match(stderr, /^MLFLOW_TRACKING_SERVER_CERT_PATH holds /m);
  });

  it('asks for the CA as a file', async () => {
    const { status, stderr } = await runCommand(['env'], goodEnv(platform));
    assert.equal(status, 2);
    assert.match(stderr, /ca-cert: is set as text, but the SDK requires a file/);
  });
});

describe('usage', () => {
  const WRONG: [args: string[], message: RegExp][] = [
    [[], /^No command\. Commands: token, cookie, env, exec, proxy, refresh, login, logout, doctor\. See --help\.\n$/],
    [['sign-in'], /^Unknown command: sign-in\./],
    [['token', '--nope'], /^Unknown option '--nope'/],
    [['token', 'extra'], /^Unexpected argument 'extra'/],
    [['token', '--workspace'], /argument missing/],
    [['token', '--export-env=true'], /^Unknown option '--export-env'/],
    [['token', '--format', 'json'], /^Unknown option '--format'/],
    [['env', '--format', 'toString'], /^invalid --format toString: expected one of/],
    [['env', '--format', 'xml'], /^invalid --format xml: expected one of shell, dotenv, json, powershell, github\.\n$/],
  ];
  for (const [args, message] of sampled(WRONG)) {
    it(`"${args.join(' ')}" is refused with exit code 2`, async () => {
      const { status, stdout, stderr } = await runCommand(args);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }

  it('--help names every setting and its variable, on standard output', async () => {
    const { status, stdout, stderr } = await runCommand(['--help']);
    assert.deepEqual([status, stderr], [0, '']);
    for (const word of [
      '--platform-address',
      'DEX_CLIENT_SECRET',
      '--password-file',
      'MLFLOW_PASSWORD_FILE',
      '--timeout',
      'Default: 60.',
    ])
      assert.ok(stdout.includes(word), word);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100));
    assert.doesNotMatch(stdout, /export-env/);
    assert.equal((await runCommand(['token', '-h'])).stdout, stdout);
  });

  it('--version prints the version alone', async () => {
    const { stdout } = await runCommand(['--version']);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
