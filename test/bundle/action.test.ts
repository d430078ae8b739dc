// The bundle as an action: all that it prints and writes, in order.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type FakePlatform, startPlatform } from '../support/fake/platform.js';
import { USUAL } from '../support/fake/switches.js';
import { goodInputs, type Outcome, runAction, steady, timesAsked } from '../support/program.js';

let platform: FakePlatform;
before(async () => {
  platform = await startPlatform();
});
after(() => platform.close());

const URI = 'https://localhost:PORT/clusters/c1/mlflow';
const value = (name: string, text: string) => `${name}<<ghadelimiter_<uuid>\n${text}\nghadelimiter_<uuid>\n`;
const VARIABLES = [value('MLFLOW_TRACKING_URI', URI), value('MLFLOW_TRACKING_TOKEN', '<token>')];

const WHEEL = 'mlflow-auth-<uuid>/mlflow-auth-python/mlflow_auth_provider-1.0.0+local-py3-none-any.whl';
const PROVIDER = [
  value('MLFLOW_TRACKING_AUTH', 'mlflow-auth'),
  value('MLFLOW_AUTH_CREDENTIAL_FILE', '<temp>/mlflow-auth-<uuid>/credential.json'),
  value('PYTHONPATH', `<temp>/${WHEEL}`),
];

/** The values of the runner's file, by name. */
function valuesIn(file = ''): Record<string, string> {
  return Object.fromEntries(
    [...file.matchAll(/^(.+)<<(ghadelimiter_.+)\n([\s\S]*?)\n\2$/gm)].map(([, name, , text]) => [name, text]),
  );
}

/** Masks, steps and messages with what differs from run to run replaced; steps that run at the same time in one order. */
function printed(outcome: Outcome): string {
  const code = `${USUAL.code.replaceAll('%', '%25')}`;
  const text = steady(outcome.stdout)
    .replace(/(::add-mask::)[\w-]{43}$/gm, '$1<verifier>')
    .replace(/(::add-mask::)[\w+/]{342}==$/gm, '$1<encrypted password>')
    .replaceAll(new RegExp(`${code.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\d+`, 'g'), '<code>');
  const together = [
    '✓ login begun (N ms)\n✓ public key received (N ms)\n',
    '✓ accepted by oauth2-proxy (N ms)\n✓ workspace team-a open (N ms)\n',
  ];
  return together.reduce(
    (rest, lines) => rest.replace(`${lines.split('\n').slice(0, 2).reverse().join('\n')}\n`, lines),
    text,
  );
}

describe('the action', () => {
  it('masks, logs in, proves and hands over', async () => {
    const outcome = await runAction(goodInputs(platform));
    assert.equal(
      printed(outcome),
      `::add-mask::${USUAL.password.replaceAll('%', '%25')}
::add-mask::${USUAL.clientSecret.replaceAll('%', '%25')}
::add-mask::team-a
::group::Log in to MLflow
- method: token (client-secret is set)
::add-mask::<verifier>
✓ login begun (N ms)
✓ public key received (N ms)
::add-mask::<encrypted password>
✓ logged in as ci@example.com (connector local) (N ms)
::add-mask::<code>
::add-mask::<token>
::add-mask::<token>
✓ code exchanged for a token (N ms)
✓ accepted by oauth2-proxy (N ms)
✓ workspace team-a open (N ms)
::endgroup::
Logged in as ci@example.com, valid until <time>.
`,
    );
    assert.equal(outcome.stderr, '');
    assert.equal(outcome.status, 0);
    const {
      GITHUB_ENV = '',
      GITHUB_OUTPUT = '',
      GITHUB_STATE = '',
      GITHUB_STEP_SUMMARY = '',
      ...others
    } = outcome.files;
    const folder = '<temp>/mlflow-auth-<uuid>';
    const variables = [
      ...VARIABLES,
      value('MLFLOW_WORKSPACE', 'team-a'),
      value('MLFLOW_TRACKING_SERVER_CERT_PATH', `${folder}/ca.pem`),
      ...PROVIDER,
    ];
    assert.equal(steady(GITHUB_ENV), variables.join(''));
    const states = ['{}', JSON.stringify({ dir: folder, own: true })];
    assert.equal(steady(GITHUB_STATE), states.map((state) => value('mlflow-auth-folder', state)).join(''));
    const facts = [value('method', 'token'), value('identity', 'ci@example.com'), value('expires-at', '<time>')];
    assert.equal(steady(GITHUB_OUTPUT), [...variables, ...facts].join(''));
    assert.equal(
      steady(GITHUB_STEP_SUMMARY),
      `<h3>MLflow login</h3>
<table><tr><th>Logged in as</th><td>ci@example.com</td></tr><tr><th>Workspace</th><td>team-a</td></tr><tr><th>MLflow</th><td>${URI}</td></tr><tr><th>Method</th><td>token</td></tr><tr><th>Valid until</th><td><time></td></tr><tr><th>Verified</th><td>yes</td></tr></table>
`,
    );
    const written = Object.fromEntries(
      Object.entries(others).map(([name, text]) => [steady(name).replaceAll('\\', '/'), text]),
    );
    assert.deepEqual(Object.keys(written).sort(), [
      'mlflow-auth-<uuid>/ca.pem',
      'mlflow-auth-<uuid>/credential.json',
      WHEEL,
    ]);
    const certificates = written['mlflow-auth-<uuid>/ca.pem'] ?? '';
    assert.ok(certificates.startsWith(platform.ca.trim()), 'the CA comes first');
    assert.ok(certificates.split('BEGIN CERTIFICATE').length > 50, "the system's roots follow");
    assert.equal(
      steady(written['mlflow-auth-<uuid>/credential.json'] ?? ''),
      `{"tracking_uri":"${URI}","method":"token","value":"<token>","workspace":"team-a","issued_at":"<time>","expires_at":"<time>","life":86400,"renew_after":85800,${process.platform === 'linux' ? '"received_at_uptime":N,"boot_id":"<uuid>",' : ''}"known":["<sha256>"]}`,
    );
    // The files of the wheel are stored as they are.
    const source = readFileSync('src/sdk/python/mlflow_auth_provider.py', 'utf8');
    assert.ok(written[WHEEL]?.includes(source));
    assert.match(valuesIn(GITHUB_ENV).MLFLOW_TRACKING_TOKEN ?? '', /^ey\S+$/);
  });

  it('sets outputs alone with export-env: false', async () => {
    const { files, status } = await runAction({ ...goodInputs(platform), 'export-env': 'false' });
    assert.deepEqual([status, files.GITHUB_ENV], [0, '']);
    assert.ok(valuesIn(files.GITHUB_OUTPUT).MLFLOW_TRACKING_TOKEN);
  });

  it('is known by its inputs and files where GITHUB_ACTIONS is missing', async () => {
    for (const GITHUB_ACTIONS of ['', 'false']) {
      const { status, stdout } = await runAction(goodInputs(platform), { GITHUB_ACTIONS });
      assert.equal(status, 0, stdout);
    }
  });

  it('says that a short name of a workspace is masked everywhere', async () => {
    const said = /The name of the workspace is short/;
    const { stdout } = await runAction({ ...goodInputs(platform), workspace: 'ml' });
    assert.match(stdout, said);
    assert.doesNotMatch((await runAction(goodInputs(platform))).stdout, said);
    const unmasked = await runAction({ ...goodInputs(platform), workspace: 'ml', 'mask-workspace': 'false' });
    assert.doesNotMatch(unmasked.stdout, said);
  });

  it('says what it takes from an earlier login of the job', async () => {
    const { workspace: _, cluster: __, ...inputs } = goodInputs(platform);
    const before = {
      MLFLOW_AUTH_CREDENTIAL_FILE: '/x/credential.json',
      MLFLOW_WORKSPACE: 'team-a',
      MLFLOW_TRACKING_URI: `${platform.address}/clusters/c1/mlflow`,
      MLFLOW_PROXY_COOKIE: '_oauth2_proxy=of-the-first-login',
    };
    const { status, stdout } = await runAction(inputs, before);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /workspace is taken from MLFLOW_WORKSPACE, which a previous login set/);
    assert.match(stdout, /tracking-uri is taken from MLFLOW_TRACKING_URI, which a previous login set/);
    assert.match(stdout, /MLFLOW_PROXY_COOKIE is still set/);
    assert.doesNotMatch((await runAction(goodInputs(platform), before)).stdout, /is taken from/);
  });

  it('leaves the workspace unmasked with mask-workspace: false', async () => {
    const { stdout } = await runAction({ ...goodInputs(platform), 'mask-workspace': 'false' });
    assert.doesNotMatch(stdout, /add-mask::team-a/);
    assert.match(stdout, /✓ workspace team-a open/);
  });

  it('hands over nothing that is empty', async () => {
    const { workspace: _, ...inputs } = goodInputs(platform);
    const { files } = await runAction({ ...inputs, workspace: '' });
    const names = Object.keys(valuesIn(files.GITHUB_ENV));
    assert.ok(names.includes('MLFLOW_TRACKING_TOKEN'));
    assert.ok(!names.includes('MLFLOW_WORKSPACE'));
    for (const file of [files.GITHUB_ENV, files.GITHUB_OUTPUT]) assert.ok(Object.values(valuesIn(file)).every(Boolean));
    assert.match(files.GITHUB_STEP_SUMMARY ?? '', /the server&#39;s default|the server's default/);
  });

  it('hands over insecure-tls in the form of the SDK, with a warning, and no certificate', async () => {
    const { 'ca-cert': _, ...inputs } = goodInputs(platform);
    const { files, stdout, stderr } = await runAction({ ...inputs, 'insecure-tls': 'true' });
    assert.match(stdout, /^::warning title=mlflow-auth::insecure-tls: certificates are not verified/m);
    assert.equal(stderr, '');
    const { MLFLOW_TRACKING_INSECURE_TLS, MLFLOW_TRACKING_SERVER_CERT_PATH } = valuesIn(files.GITHUB_ENV);
    assert.deepEqual([MLFLOW_TRACKING_INSECURE_TLS, MLFLOW_TRACKING_SERVER_CERT_PATH], ['true', undefined]);
  });

  it('asks nothing of MLflow with verify: false, and says so', async () => {
    const before = platform.asked.length;
    const { files, stdout } = await runAction({ ...goodInputs(platform), verify: 'false' });
    const asked = platform.asked.slice(before).map(({ endpoint }) => endpoint);
    assert.deepEqual(asked.sort(), ['GET authorize', 'GET pubkey', 'POST login', 'POST token']);
    assert.match(stdout, /- verification skipped \(verify: false\)/);
    assert.match(files.GITHUB_STEP_SUMMARY ?? '', /no \(verify: false\)/);
  });

  it('works twice in one job: what the first exported does not bind the second', async () => {
    const first = await runAction(goodInputs(platform));
    const env = { ...valuesIn(first.files.GITHUB_ENV), MLFLOW_TRACKING_URI: 'https://other.test/clusters/c9/mlflow' };
    const second = await runAction(goodInputs(platform), env);
    assert.equal(second.status, 0, second.stdout);
    assert.match(
      valuesIn(second.files.GITHUB_ENV).MLFLOW_TRACKING_URI ?? '',
      /^https:\/\/localhost:\d+\/clusters\/c1\/mlflow$/,
    );
  });

  it('falls back to the cookie when oauth2-proxy rejects tokens and no method is set', async () => {
    const other = await startPlatform({ skipJwtBearerTokens: false });
    const { files, stdout, status } = await runAction(goodInputs(other));
    await other.close();
    assert.equal(status, 0, stdout);
    assert.match(
      stdout,
      /^::warning title=mlflow-auth::401 Unauthorized \(.*\): falling back to the cookie method \(method: auto\)$/m,
    );
    assert.ok(valuesIn(files.GITHUB_ENV).MLFLOW_PROXY_COOKIE);
    assert.equal(valuesIn(files.GITHUB_ENV).MLFLOW_TRACKING_TOKEN, undefined);
    assert.equal(valuesIn(files.GITHUB_OUTPUT).method, 'cookie');
    assert.equal(timesAsked(other, 'POST login'), 2);
  });

  it('lists all that is wrong before any request', async () => {
    const before = platform.asked.length;
    const { stdout, status, files } = await runAction({
      'platform-address': platform.address,
      timeout: 'x',
      method: 'token',
    });
    assert.equal(status, 1);
    assert.match(
      stdout,
      /^::error title=mlflow-auth%3A Settings::5 configuration errors:%0A {2}username: required; set input username/m,
    );
    assert.equal(platform.asked.length, before);
    const { GITHUB_STEP_SUMMARY: summary = '', ...others } = files;
    assert.deepEqual(Object.keys(others).sort(), ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE']);
    assert.deepEqual([others.GITHUB_ENV, others.GITHUB_OUTPUT], ['', '']);
    assert.match(
      summary,
      /<h3>MLflow login failed: Settings<\/h3>[\s\S]*5 configuration errors:<br> {2}username: required/,
    );
  });

  for (const name of ['GITHUB_OUTPUT', 'GITHUB_ENV', 'RUNNER_TEMP']) {
    it(`refuses to start without ${name}, in place of printing secrets as commands`, async () => {
      for (const path of ['', '/no/such/file']) {
        const { stdout, status } = await runAction(goodInputs(platform), { [name]: path });
        assert.equal(status, 1);
        assert.match(stdout, new RegExp(`::error title=mlflow-auth%3A Settings::${name} (is not set|does not exist)`));
        assert.doesNotMatch(stdout, /set-output|set-env/);
      }
    });
  }

  it('is not made to fail by a summary that cannot be written', async () => {
    const good = await runAction(goodInputs(platform), { GITHUB_STEP_SUMMARY: 'build' });
    assert.equal(good.status, 0, good.stdout);
    assert.match(good.stdout, /^Cannot write the job summary: /m);
    const bad = await runAction({ ...goodInputs(platform), workspace: 'team-b' }, { GITHUB_STEP_SUMMARY: 'build' });
    assert.deepEqual([bad.status, bad.stderr], [1, '']);
    assert.match(bad.stdout, /^::error title=mlflow-auth%3A No access to the workspace::/m);
  });

  it('takes what MLflow says where the proxy has no userinfo', async () => {
    const other = await startPlatform({ canned: { userinfo: { status: 404, body: 'nothing here' } } });
    const { status, stdout, files } = await runAction(goodInputs(other));
    await other.close();
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^- no \/oauth2\/userinfo at this URL; MLflow itself accepted the credential$/m);
    assert.equal(valuesIn(files.GITHUB_OUTPUT).identity, 'ci@example.com');
  });

  it('does without a summary where the runner has none', async () => {
    assert.equal((await runAction(goodInputs(platform), { GITHUB_STEP_SUMMARY: '' })).status, 0);
  });
});
