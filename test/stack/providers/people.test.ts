// People at a terminal before the real oidc-provider, oauth2-proxy and MLflow, with a real browser: by a code, and by a redirect.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type AtTerminal, atTerminal } from '../../support/terminal.js';
import { withBrowser } from '../chromium.js';
import { type Behind, type Provider, startBehind } from './behind.js';
import { type Env, envOf } from './drive.js';
import { OTHER, PERSON_CLIENT, RESOURCE, startOidcProvider } from './oidc-provider.js';
import { loggedIn, logsInByBrowser, logsOut, shownCode, worksOn } from './people.js';

/** Of the account at its pages. */
const EMAIL = 'ann@example.com';

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
    const { address, code } = await shownCode(terminal);
    await page.goto(address);
    await page.fill('input[name=user_code]', code);
    await page.click('button:has-text("Continue")');
    await page.click('button:has-text("Continue")');
    await logIn(page);
    await page.waitForSelector('text=Sign-in Success');
  }

  it('confirms a code, then works without being asked, and logs out, which revokes the refresh token', () =>
    withBrowser(async (page) => {
      const env = person();
      const terminal = atTerminal(['login'], env);
      await confirm(page, terminal);
      const path = await loggedIn(terminal, EMAIL);
      await worksOn(behind, env);
      await logsOut(provider, PERSON_CLIENT, path, env);
    }));

  it('logs in with the browser of the machine, at the provider that the MLflow proxy names', () =>
    withBrowser(async (page) => {
      const query = await logsInByBrowser(page, behind, person(), EMAIL, logIn);
      assert.deepEqual([query.get('prompt'), query.get('scope')], ['consent', 'openid offline_access']);
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
