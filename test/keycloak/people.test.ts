// People at a terminal before Keycloak, the real oauth2-proxy and MLflow, with a real browser: by a code, and by a redirect.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { withBrowser } from '../stack/chromium.js';
import { type Env, envOf } from '../stack/providers/drive.js';
import { loggedIn, logsInByBrowser, logsOut, shownCode, worksOn } from '../stack/providers/people.js';
import { claimsOf } from '../stack/providers/requests.js';
import { type AtTerminal, atTerminal } from '../support/terminal.js';
import { type AtKeycloak, startAtKeycloak, USER_PASSWORD } from './keycloak.js';

let keycloak: AtKeycloak['keycloak'];
let behind: AtKeycloak['behind'];
let stop: AtKeycloak['stop'] | undefined;
before(async () => {
  ({ keycloak, behind, stop } = await startAtKeycloak({ usual: {} }));
});
after(() => stop?.());

/** Of the account bob. */
const EMAIL = 'bob@example.com';

const person = (client = 'person', more: Env = {}): Env =>
  envOf(behind, client, { MLFLOW_AUTH_ISSUER: keycloak.issuer, HOME: behind.folder, ...more });

async function logIn(page: Page, user = 'bob'): Promise<void> {
  await page.fill('input[name=username]', user);
  await page.fill('input[name=password]', USER_PASSWORD);
  await page.click('[type=submit]');
}

async function confirm(page: Page, terminal: AtTerminal, answer = 'accept', user = 'bob'): Promise<void> {
  const { address, code } = await shownCode(terminal);
  await page.goto(address);
  await page.fill('input[name=device_user_code]', code);
  await page.click('[type=submit]');
  await logIn(page, user);
  await page.click(`[name=${answer}]`);
}

async function fails({ ended }: AtTerminal, id: string): Promise<string> {
  const { status, stdout, screen } = await ended;
  assert.deepEqual([status, stdout], [1, ''], screen);
  assert.ok(screen.includes(`[mlflow-auth: ${id}]`), screen);
  return screen;
}

describe('a person at a terminal, before Keycloak', () => {
  it('confirms a code, then works without being asked, and logs out, which revokes the refresh token', () =>
    withBrowser(async (page) => {
      const env = person();
      const terminal = atTerminal(['login'], env);
      await confirm(page, terminal);
      const path = await loggedIn(terminal, EMAIL);
      await worksOn(behind, env);
      assert.equal(claimsOf(readFileSync(path, 'utf8')).typ, 'Offline');
      await logsOut(keycloak, 'person', path, env);
    }));

  it('logs in with the browser of the machine, at the realm that the MLflow proxy names', () =>
    withBrowser(async (page) => {
      await logsInByBrowser(page, behind, person('person-no-device'), EMAIL, logIn);
    }));

  it('may say no', () =>
    withBrowser(async (page) => {
      const terminal = atTerminal(['login'], person());
      await confirm(page, terminal, 'cancel');
      await fails(terminal, 'device-denied');
    }));

  it('is told that the account gets no offline tokens, and logs in without', () =>
    withBrowser(async (page) => {
      const terminal = atTerminal(['login'], person());
      await confirm(page, terminal, 'accept', 'ann');
      await fails(terminal, 'person-offline');
      await page.context().clearCookies();
      const flags = ['login', '--print-refresh-token', '--scopes', 'openid email'];
      const other = atTerminal(flags, person());
      await confirm(page, other, 'accept', 'ann');
      const { status, stdout, screen } = await other.ended;
      assert.equal(status, 0, screen);
      assert.equal(claimsOf(stdout).typ, 'Refresh');
    }));

  it('is told in the redirect of a scope that is not known', () =>
    withBrowser(async (page) => {
      const terminal = atTerminal(['login', '--browser', '--scopes', 'openid nope'], person());
      const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
      await page.goto(address);
      await fails(terminal, 'person-scope');
    }));

  it('stores nothing where the token is not for the proxy', () =>
    withBrowser(async (page) => {
      const terminal = atTerminal(['login', '--print-refresh-token'], person('person-no-mapper'));
      await confirm(page, terminal);
      assert.match(await fails(terminal, 'provider-audience'), /mapper of type Audience/);
    }));

  it('sees in the browser alone that a redirect URI is not registered, and can end the wait', () =>
    withBrowser(async (page) => {
      const env = person('person', { DEX_REDIRECT_URI: 'http://127.0.0.1:8251/another' });
      const terminal = atTerminal(['login', '--browser'], env);
      const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
      await page.goto(address);
      assert.match((await page.textContent('body')) ?? '', /Invalid parameter: redirect_uri/);
      terminal.type('\x03');
      assert.equal((await terminal.ended).status, 130);
    }));

  const REFUSED: [what: string, client: string, more: Env, id: string][] = [
    ['a client without the device flow', 'person-no-device', {}, 'person-device-off'],
    ['a client that is not known', 'nobody', {}, 'person-client-refused'],
    ['a client with a secret', 'ci', {}, 'person-client-refused'],
  ];
  for (const [what, client, more, id] of REFUSED)
    it(`is told of ${what} before anything is shown`, async () => {
      const screen = await fails(atTerminal(['login'], person(client, more)), id);
      assert.doesNotMatch(screen, /^Open /m);
    });
});
