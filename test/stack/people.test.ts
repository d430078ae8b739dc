// People at a terminal, with the real servers and a real browser: device flow, loopback redirect, what follows, and logout.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { runCommand } from '../support/program.js';
import { type AtTerminal, atTerminal } from '../support/terminal.js';
import { withBrowser } from './chromium.js';
import { PASSWORD as PAGES_PASSWORD, type PagesOptions, startPages } from './pages-stack.js';
import { quiet } from './run-python.js';
import { PASSWORD, type Stack, startStack } from './stack.js';

describe('a person at a terminal, before the real Dex, oauth2-proxy and MLflow', () => {
  let stack: Stack;
  let env: Record<string, string>;
  before(async () => {
    stack = await startStack({ c1: {} }, { loginApi: false });
    const { PLATFORM_ADDRESS = '', CLUSTER = '', MLFLOW_WORKSPACE = '', PLATFORM_CA = '' } = stack.env;
    env = { PLATFORM_ADDRESS, CLUSTER, MLFLOW_WORKSPACE, PLATFORM_CA, DEX_CLIENT_ID: 'mlflow-ci', ...quiet(stack) };
  });
  after(() => stack?.stop());

  /** At the chooser of Dex, and at the form of its own accounts. */
  async function logIn(page: Page): Promise<void> {
    await page.click('a[href*="/auth/local"]');
    await page.fill('input[name=login]', 'ci@example.com');
    await page.fill('input[name=password]', PASSWORD);
    await page.click('button[type=submit]');
  }

  async function loggedIn(terminal: AtTerminal): Promise<string> {
    const { status, stdout, screen } = await terminal.ended;
    assert.equal(status, 0, screen);
    assert.equal(stdout, '');
    assert.match(screen, /^✓ workspace team-a open/m);
    assert.match(screen, /^✓ logged in as ci@example\.com$/m);
    const path = /^- refresh token stored in ([^\s:]+)/m.exec(screen)?.[1] ?? assert.fail(screen);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    return path;
  }

  /** The stock SDK writes a run, and nobody is asked anything. */
  async function worksOn(): Promise<void> {
    const script = ['--', stack.tools.python, 'test/stack/python/quickstart.py'];
    for (let times = 0; times < 2; times++) {
      const { status, stdout, stderr } = await runCommand(['exec', ...script], env);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^run: [0-9a-f]{32}$/m);
      assert.match(stderr, /^✓ token refreshed/m);
    }
    const { status, stdout, stderr } = await runCommand(['env', '--format', 'json'], env);
    assert.equal(status, 0, stderr);
    assert.match(JSON.parse(stdout).MLFLOW_TRACKING_TOKEN, /^ey/);
  }

  it('confirms a code in a browser, then works without being asked, and logs out', () =>
    withBrowser(async (page) => {
      const terminal = atTerminal(['login'], env);
      const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
      const [, code = ''] = await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m);
      await page.goto(address);
      await page.fill('input[name=user_code]', code);
      await page.click('button[type=submit]');
      await logIn(page);
      await page.waitForURL(/\/dex\/device\/callback/);
      assert.match((await page.textContent('body')) ?? '', /Login Successful/);
      const path = await loggedIn(terminal);
      await worksOn();
      const { status, stderr } = await runCommand(['logout'], env);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^- Dex lists no revocation endpoint: a copy of the refresh token remains valid/m);
      assert.ok(!existsSync(path));
      const none = await runCommand(['env'], env);
      assert.equal(none.status, 2, none.stderr);
    }));

  it('logs in with the browser of the machine, which Dex redirects to the program', () =>
    withBrowser(async (page) => {
      const file = join(stack.folder, 'refresh-token');
      const terminal = atTerminal(['login', '--browser', '--refresh-token-file', file], env);
      const [, address = ''] = await terminal.shows(/^ {2}(https:\S+)$/m);
      await page.goto(address);
      await logIn(page);
      await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/mlflow-auth\?/);
      assert.match((await page.textContent('body')) ?? '', /You may close this window/);
      assert.equal(await loggedIn(terminal), file);
      const { status, stdout, stderr } = await runCommand(['token', '--refresh-token-file', file], env);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^ey/);
    }));

  it('sees in the browser alone that the client is not trusted, and can end the wait', () =>
    withBrowser(async (page) => {
      const terminal = atTerminal(['login', '--no-verify', '--audience', 'alauda-auth'], {
        ...env,
        DEX_CLIENT_ID: 'mlflow-lone',
      });
      const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
      const [, code = ''] = await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m);
      await page.goto(`${address}?user_code=${code}`);
      await page.click('button[type=submit]');
      await page.click('a[href*="/auth/local"]');
      await page.waitForURL(/\/dex\/device\/callback/);
      assert.match(new URL(page.url()).searchParams.get('error_description') ?? '', /^Client can't request scope/);
      assert.match((await page.textContent('body')) ?? '', /Request was missing parameters/);
      terminal.type('\x03');
      const { status, screen } = await terminal.ended;
      assert.equal(status, 130, screen);
      assert.match(screen, /interrupted by SIGINT: nothing was stored/);
    }));
});

describe('a person at a terminal, before Dex at other addresses', () => {
  const PLACES: [what: string, options: PagesOptions][] = [
    ["Kubeflow's, whose issuer nobody reaches", { hiddenIssuer: true }],
    ['one without a path, with approval', { path: '', skipApproval: false }],
  ];
  for (const [what, options] of PLACES)
    it(`${what}: by a code, and with the browser`, () =>
      withBrowser(async (page) => {
        const pages = await startPages(options);
        try {
          const env = {
            PLATFORM_ADDRESS: pages.address,
            DEX_URL: pages.dexUrl,
            MLFLOW_TRACKING_URI: pages.address,
            DEX_CLIENT_ID: 'mlflow-cli',
            // There is no MLflow behind it.
            MLFLOW_AUTH_VERIFY: 'false',
            HOME: pages.folder,
          };
          for (const args of [['login'], ['login', '--browser']]) {
            const terminal = atTerminal(args, env);
            const [, address = ''] = await terminal.shows(/^(?:Open| ) (http:\S+)(?= in a browser|$)/m);
            assert.ok(address.startsWith(`${pages.dexUrl}/`), address);
            await page.goto(address);
            if (args.length === 1) {
              const [, code = ''] = await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m);
              await page.fill('input[name=user_code]', code);
              await page.click('button[type=submit]');
            }
            await page.fill('input[name=login]', 'ci@example.com');
            await page.fill('input[name=password]', PAGES_PASSWORD);
            await page.click('button[type=submit]');
            if (options.skipApproval === false) await page.click('button:has-text("Grant Access")');
            await page.waitForSelector(args.length === 1 ? 'text=Login Successful' : 'text=You may close this window');
            const { status, screen } = await terminal.ended;
            assert.equal(status, 0, screen);
            const { status: used, stdout, stderr } = await runCommand(['token'], env);
            assert.equal(used, 0, stderr);
            const headers = { authorization: `Bearer ${stdout}` };
            const answer = await fetch(`${pages.address}/oauth2/userinfo`, { headers });
            assert.equal(((await answer.json()) as { email: string }).email, 'ci@example.com');
          }
        } finally {
          await pages.stop();
        }
      }));
});
