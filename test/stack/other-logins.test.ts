// The password grant and the implicit flow of the real Dex: local accounts, LDAP, every refusal, and runs in MLflow.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/program.js';
import { LDAP_PASSWORD, type Ldap, ldapConnector, startLdap } from './ldap.js';
import { fails, logsIn, withPages } from './pages-logins.js';
import type { PagesOptions } from './pages-stack.js';
import { freePorts } from './processes.js';
import { python } from './run-python.js';
import { CLIENT_SECRET, type Stack, startStack } from './stack.js';

type Env = Record<string, string>;

const IMPLICIT: PagesOptions = { oauth2: { responseTypes: ['code', 'id_token'] } };
const BY_GRANT: Env = { MLFLOW_AUTH_LOGIN: 'password-grant' };
const BY_IMPLICIT: Env = { MLFLOW_AUTH_LOGIN: 'implicit', DEX_CLIENT_SECRET: '' };
const PUBLIC: Env = { DEX_CLIENT_ID: 'mlflow-cli', DEX_CLIENT_SECRET: '' };

const withConnector = (passwordConnector: string): PagesOptions => ({ oauth2: { passwordConnector } });

describe('the password grant of the real Dex', () => {
  let ldap: Ldap;
  before(async () => {
    ldap = await startLdap();
  });
  after(() => ldap?.close());

  it('logs in local accounts, by the client of oauth2-proxy and a public one', () =>
    withPages(withConnector('local'), async (pages) => {
      await logsIn(pages, BY_GRANT, 'ci@example.com', ['token']);
      await logsIn(pages, { ...BY_GRANT, ...PUBLIC }, 'ci@example.com', ['token']);
      await fails(pages, 'wrong-password', 1, { ...BY_GRANT, MLFLOW_PASSWORD: 'wrong' });
      await fails(pages, 'wrong-password', 1, { ...BY_GRANT, MLFLOW_USERNAME: 'nobody@example.com' });
      await fails(pages, 'invalid-client', 1, { ...BY_GRANT, DEX_CLIENT_SECRET: 'wrong' });
      await fails(pages, 'scope', 1, { ...BY_GRANT, DEX_SCOPES: 'openid nonsense' });
      await fails(pages, 'implicit-off', 0, BY_IMPLICIT);
    }));

  it('is looked for before a password is sent', () =>
    withPages({}, (pages) => fails(pages, 'password-grant-off', 0, BY_GRANT)));

  it('names a connector that does not exist', () =>
    withPages(withConnector('nope'), (pages) => fails(pages, 'password-connector', 1, BY_GRANT)));

  it("works behind Kubeflow's flags", () =>
    withPages({ ...withConnector('local'), hiddenIssuer: true }, (pages) =>
      logsIn(pages, BY_GRANT, 'ci@example.com', ['token']),
    ));

  it('logs in LDAP accounts, and tells a directory that is down from a wrong password', async () => {
    const ann = { ...BY_GRANT, MLFLOW_USERNAME: 'ann', MLFLOW_PASSWORD: LDAP_PASSWORD };
    const [down = 0] = await freePorts(1);
    const connectors = () => [ldapConnector('ldap', ldap.port), ldapConnector('ldap-down', down)];
    await withPages({ ...withConnector('ldap'), connectors }, async (pages) => {
      const binds = ldap.binds();
      await logsIn(pages, ann, 'ann@example.com', ['token']);
      assert.equal(ldap.binds() - binds, 1);
      await fails(pages, 'wrong-password', 1, { ...ann, MLFLOW_PASSWORD: 'wrong' });
    });
    await withPages({ ...withConnector('ldap-down'), connectors }, (pages) => fails(pages, 'connector-error', 1, ann));
  });
});

describe('the implicit flow of the real Dex', () => {
  it('logs in at its pages, without a client secret', () =>
    withPages(IMPLICIT, async (pages) => {
      await logsIn(pages, BY_IMPLICIT, 'ci@example.com', ['token']);
      await fails(pages, 'wrong-password', 1, { ...BY_IMPLICIT, MLFLOW_PASSWORD: 'wrong' });
      await fails(pages, 'redirect-uri', 0, { ...BY_IMPLICIT, DEX_REDIRECT_URI: 'https://other.test/' });
      await fails(pages, 'client-unknown', 0, { ...BY_IMPLICIT, DEX_CLIENT_ID: 'nope' });
      await fails(pages, 'password-grant-off', 0, BY_GRANT);
    }));

  it('answers approvals, and works with several connectors', () =>
    withPages({ oauth2: { responseTypes: ['code', 'id_token'] }, skipApproval: false }, (pages) =>
      logsIn(pages, BY_IMPLICIT, 'ci@example.com', ['token']),
    ));
});

describe('both in front of the real MLflow, beside a login API', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ c1: {} }, { passwordConnector: 'local', responseTypes: ['code', 'id_token'] });
  });
  after(() => stack?.stop());

  for (const [login, client] of [
    ['password-grant', { DEX_CLIENT_ID: 'mlflow-ci', DEX_CLIENT_SECRET: '' }],
    ['password-grant', { DEX_CLIENT_ID: 'alauda-auth', DEX_CLIENT_SECRET: CLIENT_SECRET }],
    ['implicit', { DEX_CLIENT_ID: 'alauda-auth', DEX_CLIENT_SECRET: '' }],
  ] as const)
    it(`${login} by ${client.DEX_CLIENT_ID} gives a token with which the stock SDK writes a run`, async () => {
      const env = { ...stack.env, MLFLOW_AUTH_LOGIN: login, ...client };
      const dir = join(stack.folder, `${login}-${client.DEX_CLIENT_ID}`);
      const { status, stdout, stderr } = await runCommand(['env', '--format', 'json', '--dir', dir], env);
      assert.equal(status, 0, stderr);
      const first = await python(stack, JSON.parse(stdout), ['quickstart.py']);
      const run = /^run: ([0-9a-f]{32})$/m.exec(first.stdout)?.[1] ?? assert.fail(first.stderr);
      const seen = await python(stack, JSON.parse(stdout), ['read_run.py', run]);
      assert.equal(JSON.parse(seen.stdout).owner, 'ci@example.com', seen.stderr);
    });
});
