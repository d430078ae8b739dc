// Logins at the pages of the real Dex: local accounts and LDAP, several connectors, approval, themes, paths, and Kubeflow's flags.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/program.js';
import { ciConnectors, startCi } from './ci-issuer.js';
import { LDAP_PASSWORD, type Ldap, ldapConnector, startLdap } from './ldap.js';
import { fails, logsIn, withPages } from './pages-logins.js';
import { freePorts } from './processes.js';
import { python } from './run-python.js';
import { type Stack, startStack } from './stack.js';

describe('the pages of the real Dex', () => {
  let ldap: Ldap;
  before(async () => {
    ldap = await startLdap();
  });
  after(() => ldap?.close());

  it('with one connector, found out by itself, also behind the approval that oauth2-proxy asks for by default', () =>
    withPages({}, async (pages) => {
      await logsIn(pages);
      await logsIn(pages, { MLFLOW_AUTH_LOGIN: 'dex' });
      const cli = { DEX_CLIENT_ID: 'mlflow-cli', DEX_CLIENT_SECRET: '' };
      await logsIn(pages, cli, 'ci@example.com', ['token']);
      await fails(pages, 'wrong-password', 1, { MLFLOW_PASSWORD: 'wrong' });
      await fails(pages, 'client-unknown', 0, { DEX_CLIENT_ID: 'nope' });
      await fails(pages, 'redirect-uri', 0, { DEX_REDIRECT_URI: 'https://other.test/' });
      await fails(pages, 'scope', 0, { DEX_SCOPES: 'openid nonsense' });
      await fails(pages, 'connector', 0, { DEX_CONNECTOR: 'nope' });
    }));

  it('with several connectors and approval on: local, or the one that is named, LDAP too', async () => {
    const ci = await startCi();
    const [down = 0] = await freePorts(1);
    const connectors = (redirectURI: string) => [
      ...ciConnectors(ci.issuer),
      {
        type: 'github',
        id: 'github',
        name: 'GitHub',
        config: { clientID: 'x', clientSecret: 'x', redirectURI },
      },
      ldapConnector('ldap', ldap.port),
      ldapConnector('ldap-down', down),
      ldapConnector('ldap-bad', ldap.port, 'wrong'),
    ];
    try {
      await withPages({ connectors, skipApproval: false }, async (pages) => {
        await logsIn(pages);
        const ann = { MLFLOW_USERNAME: 'ann', MLFLOW_PASSWORD: LDAP_PASSWORD, DEX_CONNECTOR: 'ldap' };
        const binds = ldap.binds();
        await logsIn(pages, ann, 'ann@example.com');
        assert.equal(ldap.binds() - binds, 2);
        await fails(pages, 'wrong-password', 1, { ...ann, MLFLOW_PASSWORD: 'wrong' });
        await fails(pages, 'wrong-password', 1, { ...ann, MLFLOW_USERNAME: 'nobody' });
        for (const more of [{ MLFLOW_USERNAME: 'dup' }, { MLFLOW_USERNAME: 'nomail' }])
          await fails(pages, 'connector-error', 1, { ...ann, ...more });
        for (const DEX_CONNECTOR of ['ldap-down', 'ldap-bad'])
          await fails(pages, 'connector-error', 1, { ...ann, DEX_CONNECTOR });
        await fails(pages, 'connector-browser', 0, { DEX_CONNECTOR: 'github' });
        // Its issuer has no login page.
        await fails(pages, 'connector-error', 0, { DEX_CONNECTOR: 'github-actions' });
      });
      await withPages({ connectors, local: false }, (pages) => fails(pages, 'connector', 0));
    } finally {
      await ci.close();
    }
  });

  for (const path of ['', '/auth/realms/dex'])
    it(`with the issuer ${path ? `at ${path}` : 'without a path'}`, () =>
      withPages({ path }, (pages) => logsIn(pages, { MLFLOW_AUTH_LOGIN: 'dex' })));

  it("with a theme of one's own", async () => {
    const theme = mkdtempSync(join(tmpdir(), 'mlflow-auth-theme-'));
    try {
      const module = ['list', '-m', '-f', '{{.Dir}}', 'github.com/dexidp/dex'];
      const dex = execFileSync('go', module, { cwd: 'test/stack/tools/dex', encoding: 'utf8' }).trim();
      cpSync(join(dex, 'web'), theme, { recursive: true });
      execFileSync('chmod', ['-R', 'u+w', theme]);
      const form = join(theme, 'templates', 'password.html');
      const own = `{{ template "header.html" . }}<form method='POST' action={{ .PostURL }}><INPUT value="{{ .Username }}" name=login>
        <input type=hidden name=theme value='a&amp;b'><input TYPE='password' name='password'>{{ if .Invalid }}<b>Nein.</b>{{ end }}
        <button>Los</button></form>{{ template "footer.html" . }}`;
      assert.ok(readFileSync(form, 'utf8').includes('name="password"'));
      writeFileSync(form, own);
      await withPages({ theme }, async (pages) => {
        await logsIn(pages);
        await fails(pages, 'wrong-password', 1, { MLFLOW_PASSWORD: 'wrong' });
      });
    } finally {
      rmSync(theme, { recursive: true, force: true });
    }
  });

  it("with Kubeflow's flags: relative addresses, and an issuer that nobody reaches", () =>
    withPages({ hiddenIssuer: true }, async (pages) => {
      await logsIn(pages);
      await logsIn(pages, { MLFLOW_AUTH_LOGIN: 'dex' });
    }));
});

describe('the pages of Dex in front of the real MLflow', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ c1: {} }, { loginApi: false });
  });
  after(() => stack?.stop());

  for (const method of ['token', 'cookie'])
    it(`give a ${method} with which the stock SDK writes a run`, async () => {
      const env = { ...stack.env, MLFLOW_AUTH_METHOD: method };
      const dir = join(stack.folder, method);
      const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', '--dir', dir], env);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^- login: dex \(there is no JSON login API, and Dex responds\)$/m);
      const first = await python(stack, JSON.parse(stdout), ['quickstart.py']);
      const run = /^run: ([0-9a-f]{32})$/m.exec(first.stdout)?.[1] ?? assert.fail(first.stderr);
      const seen = await python(stack, JSON.parse(stdout), ['read_run.py', run]);
      assert.equal(JSON.parse(seen.stdout).owner, 'ci@example.com', seen.stderr);
    });
});
