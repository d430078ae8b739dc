// The command doctor, through the built program: all that it prints, what it finds, and that it shows no secret.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { serverCertificate } from '../support/fake/certificates.js';
import { type StartOptions, startPlatform } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { goodEnv, runCommand, steady, timesAsked } from '../support/program.js';
import { sampled } from '../support/sample.js';

async function doctor(switches: StartOptions, args: string[] = [], change = (env: Record<string, string>) => env) {
  const platform = await startPlatform(switches);
  try {
    const outcome = await runCommand(['doctor', ...args], change(goodEnv(platform)));
    const everything = outcome.stdout + outcome.stderr;
    for (const secret of [USUAL.password, USUAL.clientSecret]) assert.ok(!everything.includes(secret), everything);
    assert.doesNotMatch(everything, /ey[\w-]+\.ey[\w-]+\.[\w-]+|\|\d{10}\|/);
    return { ...outcome, logins: timesAsked(platform, 'POST login') };
  } finally {
    await platform.close();
  }
}

describe('doctor', () => {
  it('looks at each layer in order, without logging in', async () => {
    const { status, stdout, stderr, logins } = await doctor({});
    assert.deepEqual([status, stderr, logins], [0, '', 0], stdout);
    const shown = steady(stdout)
      .replace(/until \w+ \d+ [\d:]+ \d+ GMT/, 'until <date>')
      .replace(/port \d+ of/, 'port PORT of');
    assert.equal(
      shown,
      `- settings: platform-address: https://localhost:PORT (PLATFORM_ADDRESS)
- settings: cluster: c1 (CLUSTER)
- settings: workspace: team-a (MLFLOW_WORKSPACE)
- settings: username: ci@example.com (MLFLOW_USERNAME)
- settings: password: set (MLFLOW_PASSWORD)
- settings: client-id: alauda-auth (DEX_CLIENT_ID)
- settings: client-secret: set (DEX_CLIENT_SECRET)
- settings: ca-cert: certificate text (PLATFORM_CA)
✓ settings: OK, method token (client-secret is set)
✓ network: localhost is this machine itself
✓ network: port PORT of localhost is open
✓ TLS: TLSv1.3, certificate valid until <date>
✓ login API: https://localhost:PORT responds, its key has 2048 bits
✓ Dex: connector local is one of local, corp-ldap
✓ Dex: client alauda-auth may use https://localhost:PORT/oauth2/callback and the scopes openid email groups
✓ oauth2-proxy: https://localhost:PORT/clusters/c1/mlflow logs in as client alauda-auth (S256)
✓ oauth2-proxy: client ID matches, as the token method requires
- account: login skipped; --login logs in once
`,
    );
  });

  it('with --login proves token and workspace, with one login', async () => {
    const { status, stdout, logins } = await doctor({}, ['--login']);
    assert.deepEqual([status, logins], [0, 1], stdout);
    assert.match(
      steady(stdout),
      /✓ account: logged in as ci@example\.com by the token method\n✓ Dex: token from https:\/\/localhost:PORT\/dex for alauda-auth, \d+ bytes, valid until <time>\n✓ MLflow: oauth2-proxy accepts the token of ci@example\.com \(2 groups\), and the workspace team-a is open\n✓ MLflow: workspaces are enabled\n$/,
    );
  });

  it('needs no password for what can be found out without', async () => {
    const { status, stdout } = await doctor({}, [], ({ MLFLOW_PASSWORD: _, MLFLOW_USERNAME: __, ...env }) => env);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /✓ oauth2-proxy: client ID matches/);
  });

  it('recognises a proxy without bearer tokens, and that the cookie works', async () => {
    const { status, stdout, logins } = await doctor({ skipJwtBearerTokens: false }, ['--login']);
    assert.deepEqual([status, logins], [1, 2], stdout);
    assert.match(
      stdout,
      /✗ oauth2-proxy: .*401 Unauthorized.*\n {4}Ask an administrator to set --skip-jwt-bearer-tokens=true/,
    );
    assert.match(stdout, /✓ MLflow: oauth2-proxy accepts the cookie of ci@example\.com/);
  });

  const FOUND: [name: string, switches: StartOptions, args: string[], text: RegExp][] = [
    [
      'another client',
      { proxyClientId: 'mlflow' },
      [],
      /✗ oauth2-proxy: its client ID is mlflow, client-id is alauda-auth\n {4}Set client-id to mlflow/,
    ],
    [
      'a redirect URI that is not registered',
      { redirectUris: ['/x'] },
      [],
      /✗ Dex: begin the login .*Unregistered redirect_uri.*\n {4}The redirect URI sent was https:\/\/localhost/,
    ],
    [
      'a connector that is none',
      {},
      ['--connector', 'ldap'],
      /✗ Dex: .*no connector ldap; available: local, corp-ldap.*\n {4}Set connector/,
    ],
    [
      'a clock that differs',
      { canned: { connectors: { status: 200, body: [], headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' } } } },
      [],
      /✗ clock: this machine's clock is \d+ s ahead of that of localhost:\d+\n/,
    ],
    ['a wrong cluster', {}, ['--cluster', 'c9'], /✗ oauth2-proxy: .*200 HTML page "Console".*\n {4}Check cluster/],
    ['a wrong password', {}, ['--login', '--password', 'wrong password'], /✗ account: .*failed to authenticate/],
    [
      'a workspace without access',
      {},
      ['--login', '--workspace', 'team-b'],
      /✗ Kubernetes RBAC: open the workspace team-b .*PERMISSION_DENIED/,
    ],
    [
      'a large cookie',
      { chunks: 3 },
      ['--login', '--method', 'cookie'],
      /✗ oauth2-proxy: session cookie of 11\d{3} bytes in 3 parts/,
    ],
    [
      'settings that are wrong',
      {},
      ['--timeout', 'x'],
      /✗ settings: 1 configuration error: timeout: .* Set by --timeout\./,
    ],
    [
      'a server that is not there',
      {},
      ['--platform-address', 'https://localhost:9'],
      /✗ network: connect to localhost:9: .*ECONNREFUSED/,
    ],
  ];
  for (const [name, switches, args, text] of sampled(FOUND)) {
    it(`finds ${name}`, async () => {
      const { status, stdout, logins } = await doctor(switches, args);
      assert.equal(status, 1, stdout);
      assert.match(stdout, text);
      assert.ok(logins <= 1);
    });
  }

  it('names certificates that Python 3.13 refuses', async () => {
    const { status, stdout } = await doctor({ certificate: serverCertificate({ lax: true }) });
    assert.equal(status, 0, stdout);
    assert.match(
      stdout,
      /^- TLS: the certificate of "mlflow-auth test server" has no Authority Key Identifier: Python 3\.13 and later refuse it$/m,
    );
  });

  it('names the CA that is missing, and how to save it', async () => {
    const { status, stdout } = await doctor({}, [], ({ PLATFORM_CA: _, ...env }) => env);
    assert.equal(status, 1);
    assert.match(
      stdout,
      /✗ TLS: TLS with localhost:\d+: .*\n {4}If "mlflow-auth test CA" is an intermediate CA, the server must send its certificate as well\. To save what it sends: openssl s_client -showcerts -connect localhost:\d+ <\/dev\/null\./,
    );
  });

  const ADDRESSES: [address: string, shown: string][] = [
    ['https://ci:hunter2@hunter3@platform.test', 'https://***@platform.test'],
    ['https://ci:hunt/er2secret@platform.test/x', 'https://***@platform.test/x'],
    ['https://ci:hunt?er2#secret@platform.test', 'https://***@platform.test'],
    ['https://ci:80/hunter2secret@platform.test', 'https://***@platform.test'],
    ['http://ci:hunter2secret%40platform.test', 'http://***@platform.test'],
    ['ci:hunter2secret@platform.test', '***@platform.test'],
    ['//ci:hunter2secret@platform.test', '***@platform.test'],
    ['https://hunter2secret@platform.test', 'https://***@platform.test'],
    ['https://ci:hunter2secret', 'https://ci:***'],
    ['https://platform.test/x?key=hunter2secret', 'https://platform.test/x?***'],
    ['https://platform.test/x?who=ci@corp&key=hunter2secret', 'https://***@corp?***'],
    ['https://[::1]:hunter2secret', 'https://***'],
    ['https://[ci:hunter2secret]', 'https://***'],
  ];
  for (const [address, shown] of sampled(ADDRESSES)) {
    it(`shows ${shown} of ${address}, in whatever setting it stands, and in nothing else`, async () => {
      for (const name of [
        'platform-address',
        'tracking-uri',
        'redirect-uri',
        'cluster',
        'workspace',
        'ca-cert',
        'method',
      ]) {
        const { stdout, stderr } = await runCommand(['doctor', `--${name}`, address], {
          PLATFORM_ADDRESS: 'http://127.0.0.1:9',
          HTTPS_PROXY: address,
        });
        assert.ok(stdout.includes(`${name}: ${shown} (--${name})`), stdout);
        assert.doesNotMatch(stdout + stderr, /hunt|er2|secret@|hunter3/, name);
      }
    });
  }

  it('shows no password of an address', async () => {
    const { stdout } = await doctor({}, [
      '--cluster=',
      '--tracking-uri',
      'https://bob:hunter2secret@platform.test/mlflow',
    ]);
    assert.match(stdout, /tracking-uri: https:\/\/\*\*\*@platform\.test\/mlflow/);
    assert.doesNotMatch(stdout, /hunter2secret/);
  });

  it('names what overrides the credential in the SDK', async () => {
    const { stdout } = await doctor({}, [], (env) => ({ ...env, MLFLOW_TRACKING_AWS_SIGV4: 'true' }));
    assert.match(stdout, /✗ SDK settings: MLFLOW_TRACKING_AWS_SIGV4 makes the SDK sign requests for AWS/);
  });

  it('names variables that are set and empty, which the SDK takes for something', async () => {
    const { stdout } = await doctor({}, [], ({ PLATFORM_CA: _, ...env }) => ({
      ...env,
      MLFLOW_TRACKING_SERVER_CERT_PATH: '',
      MLFLOW_TRACKING_INSECURE_TLS: '',
    }));
    assert.match(
      stdout,
      /✗ SDK settings: MLFLOW_TRACKING_SERVER_CERT_PATH is set and empty, .* not verify certificates/,
    );
    assert.match(stdout, /✗ SDK settings: MLFLOW_TRACKING_INSECURE_TLS is set and empty, .* fails/);
    const mended = await doctor({}, [], (env) => ({ ...env, MLFLOW_TRACKING_SERVER_CERT_PATH: '' }));
    assert.doesNotMatch(mended.stdout, /is set and empty/);
  });

  it('goes on where the login API does not even say whether it is there', async () => {
    const platform = await startPlatform({ canned: { authorize: { status: 404, body: 'x'.repeat(2_000_000) } } });
    try {
      const { status, stdout } = await runCommand(['doctor'], goodEnv(platform));
      assert.equal(status, 1);
      assert.match(stdout, /✓ login API: /);
      assert.match(stdout, /✗ .*\[mlflow-auth: answer-too-large\]/);
      assert.match(stdout, /✓ oauth2-proxy: /);
    } finally {
      await platform.close();
    }
  });

  it('--login does not use the refresh token, and never logs in without a name', async () => {
    const { status, stdout, logins } = await doctor(
      {},
      ['--login'],
      ({ MLFLOW_USERNAME: _, MLFLOW_PASSWORD: __, ...env }) => ({
        ...env,
        DEX_REFRESH_TOKEN: 'refresh-token-of-before',
      }),
    );
    assert.deepEqual([status, logins], [0, 0], stdout);
    assert.match(stdout, /- account: not logged in: doctor does not use the refresh token; set username and password/);
  });

  it('--json is the same for machines', async () => {
    const { stdout, status } = await doctor({}, ['--json']);
    const { ok, findings } = JSON.parse(stdout);
    assert.deepEqual([ok, status], [true, 0]);
    assert.deepEqual(findings.at(-1), { layer: 'account', text: 'login skipped; --login logs in once' });
  });

  it('--message explains a text, from standard input too', async () => {
    const text = "INTERNAL_ERROR: Response: {'error': {'code': 'PERMISSION_DENIED'}}";
    const { stdout, status } = await runCommand(['doctor', '--message', text]);
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^No access to the workspace \(Kubernetes RBAC\)\nMeans: the account has no role in this workspace\nFix: {3}Request access/,
    );
    assert.equal((await runCommand(['doctor', '--message', '-'], {}, text)).stdout, stdout);
    assert.equal(
      JSON.parse((await runCommand(['doctor', '--json', '--message', text])).stdout).id,
      'workspace-forbidden',
    );
    assert.equal((await runCommand(['doctor', '--message', 'nothing known'])).status, 1);
  });

  const INSTALLED: [packages: Record<string, string>, workspace: string, text: RegExp, provider?: boolean][] = [
    [
      { 'mlflow-skinny': '2.9.2' },
      'team-a',
      /✓ Python: \S+ has mlflow-skinny 2\.9\.2, .*; the provider mlflow-auth names the workspace$/m,
      true,
    ],
    [
      { mlflow: '3.17.2', 'mlflow-skinny': '3.17.2' },
      'team-a',
      /✓ Python: \S+ has mlflow 3\.17\.2, which supports workspaces$/m,
    ],
    [{ 'mlflow-skinny': '3.10.0' }, 'team-a', /✓ Python: \S+ has mlflow-skinny 3\.10\.0, which supports workspaces$/m],
    [{ 'mlflow-tracing': '3.9.0' }, '', /✓ Python: \S+ has mlflow-tracing 3\.9\.0, which does not support workspaces/],
    [
      { 'mlflow-skinny': '2.22.5' },
      'team-a',
      /✗ Python: \S+ has mlflow-skinny 2\.22\.5, which does not support work.*\n.*3\.10 or later/,
    ],
    [{}, 'team-a', /✗ Python: \S+ has no mlflow, mlflow-skinny or mlflow-tracing\n/],
  ];
  for (const [packages, workspace, text, provider = false] of INSTALLED) {
    it(`--python reports what is installed: ${Object.keys(packages).join(', ') || 'nothing'} for ${workspace || 'none'}`, {
      skip: process.platform === 'win32' && 'the interpreter is a shell script',
    }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mlflow-auth-doctor-'));
      try {
        for (const [name, version] of Object.entries(packages)) {
          const info = join(folder, `${name.replace('-', '_')}-${version}.dist-info`);
          mkdirSync(info);
          writeFileSync(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
        }
        // Without what is installed on this machine.
        const python = join(folder, 'python');
        writeFileSync(python, '#!/bin/sh\nexec python3 -S -s "$@"\n', { mode: 0o755 });
        const entry = '[mlflow.request_auth_provider]\nmlflow-auth = some_module:Some\n';
        mkdirSync(join(folder, 'ours-1.dist-info'));
        if (provider) writeFileSync(join(folder, 'ours-1.dist-info', 'entry_points.txt'), entry);
        const { stdout } = await doctor({}, ['--python', python], (env) => ({
          ...env,
          MLFLOW_WORKSPACE: workspace,
          ...(provider ? { MLFLOW_TRACKING_AUTH: 'mlflow-auth' } : {}),
          PYTHONPATH: folder,
          PATH: process.env.PATH ?? '',
        }));
        assert.match(stdout, text);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
