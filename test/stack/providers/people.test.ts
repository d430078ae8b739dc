// People at a terminal before the real oidc-provider, oauth2-proxy and MLflow, with a real browser: by a code, and by a redirect.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { runCommand } from '../../support/program.js';
import { type AtTerminal, atTerminal } from '../../support/terminal.js';
import { withBrowser } from '../chromium.js';
import { type Behind, type Provider, startBehind } from './behind.js';
import { type Env, envOf } from './drive.js';
import { OTHER, PERSON_CLIENT, RESOURCE, startOidcProvider } from './oidc-provider.js';
import { post, statusesAt } from './requests.js';

describe('a person at a terminal, before the real oidc-provider, oauth2-proxy and MLflow', () => {
  let provider: Provider;
  let behind: Behind;
  before(async () => {
    provider = await startOidcProvider();
    behind = await startBehind(provider, { usual: {} });
  });
  after(() => behind?.stop());

  const person = (more: Env = {}): Env =>
    envOf(behind, PERSON_CLIENT, {
      MLFLOW_AUTH_ISSUER: provider.issuer,
      MLFLOW_AUTH_RESOURCE: RESOURCE,
      HOME: behind.folder,
      ...more,
    });

  /** At the pages of oidc-provider, which take any password. */
  async function logIn(page: Page): Promise<void> {
    await page.fill('input[name=login]', 'ann');
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.click('button:has-text("Continue")');
  }

  async function confirm(page: Page, terminal: AtTerminal): Promise<void> {
    const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
    const [, code = ''] = await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m);
    await page.goto(address);
    await page.fill('input[name=user_code]', code);
    await page.click('button:has-text("Continue")');
    await page.click('button:has-text("Continue")');
    await logIn(page);
    await page.waitForSelector('text=Sign-in Success');
  }

  async function loggedIn({ ended }: AtTerminal): Promise<string> {
    const { status, stdout, screen } = await ended;
    assert.equal(status, 0, screen);
    assert.equal(stdout, '');
    assert.match(screen, /^✓ workspace team-a open/m);
    assert.match(screen, /^✓ logged in as ann@example\.com$/m);
    const path = /^- refresh token stored in ([^\s:]+)/m.exec(screen)?.[1] ?? assert.fail(screen);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.ok(!screen.includes(readFileSync(path, 'utf8')));
    return path;
  }

  /** The stock SDK writes a run, twice, and nobody is asked anything. */
  async function worksOn(env: Env): Promise<void> {
    const script = ['--', behind.tools.python, 'test/stack/python/quickstart.py'];
    for (let times = 0; times < 2; times++) {
      const { status, stdout, stderr } = await runCommand(['exec', ...script], env);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^run: [0-9a-f]{32}$/m);
    }
  }

  it('confirms a code, then works without being asked, and logs out, which revokes the refresh token', () =>
    withBrowser(async (page) => {
      const env = person();
      const terminal = atTerminal(['login'], env);
      await confirm(page, terminal);
      const path = await loggedIn(terminal);
      await worksOn(env);
      const refresh_token = readFileSync(path, 'utf8');
      const { status, stderr } = await runCommand(['logout'], env);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^✓ refresh token revoked$/m);
      assert.ok(!existsSync(path));
      const form = { grant_type: 'refresh_token', refresh_token, client_id: PERSON_CLIENT };
      const dead = await post(provider.tokenEndpoint, form);
      assert.deepEqual([dead.status, dead.body.error], [400, 'invalid_grant']);
      assert.equal((await runCommand(['env'], env)).status, 2);
    }));

  it('logs in with the browser of the machine, at the provider that the MLflow proxy names', () =>
    withBrowser(async (page) => {
      const { MLFLOW_AUTH_ISSUER: issuer = '', ...env } = person();
      const terminal = atTerminal(['login', '--browser'], env);
      const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
      const query = new URL(address).searchParams;
      assert.deepEqual([query.get('prompt'), query.get('scope')], ['consent', 'openid offline_access']);
      await page.goto(address);
      await logIn(page);
      await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/mlflow-auth\?/);
      await loggedIn(terminal);
      assert.ok(terminal.screen().includes(`if issuer (MLFLOW_AUTH_ISSUER) is set to ${issuer}`));
      const { status, stdout, stderr } = await runCommand(['token'], { ...env, MLFLOW_AUTH_ISSUER: issuer });
      assert.equal(status, 0, stderr);
      assert.deepEqual(await statusesAt(behind.proxy('usual'), stdout), [200, 200]);
    }));

  it('is not sent to a provider on another host that only the proxy names', async () => {
    const { MLFLOW_AUTH_ISSUER: _, ...env } = person();
    const uri = behind.proxy('usual').replace('127.0.0.1', 'localhost');
    const { status, screen } = await atTerminal(['login'], { ...env, MLFLOW_TRACKING_URI: uri }).ended;
    assert.equal(status, 1, screen);
    assert.match(screen, /\[mlflow-auth: issuer-elsewhere\]/);
    assert.doesNotMatch(screen, /^Open /m);
  });

  it('stores nothing where the proxy does not accept the token', () =>
    withBrowser(async (page) => {
      const env = person({ MLFLOW_AUTH_RESOURCE: OTHER });
      const terminal = atTerminal(['login', '--print-refresh-token'], env);
      await confirm(page, terminal);
      const { status, stdout, screen } = await terminal.ended;
      assert.deepEqual([status, stdout], [1, ''], screen);
      assert.match(screen, /\[mlflow-auth: provider-audience\]/);
    }));

  const REFUSED: [what: string, more: Env, id: string][] = [
    ['a client that is not known', { DEX_CLIENT_ID: 'nobody' }, 'person-client-refused'],
    ['a client with a secret', { DEX_CLIENT_ID: 'ci' }, 'person-client-refused'],
    ['a resource that is not known', { MLFLOW_AUTH_RESOURCE: 'https://unknown.example' }, 'person-target'],
  ];
  for (const [what, more, id] of REFUSED)
    it(`is told of ${what} before anything is shown`, async () => {
      const { status, screen } = await atTerminal(['login'], person(more)).ended;
      assert.equal(status, 1, screen);
      assert.ok(screen.includes(`[mlflow-auth: ${id}]`), screen);
      assert.doesNotMatch(screen, /^Open /m);
    });
});
