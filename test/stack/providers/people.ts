// A person's login by the bundle at an OpenID provider: what the terminal shows, and what comes after it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { runCommand } from '../../support/program.js';
import { type AtTerminal, atTerminal } from '../../support/terminal.js';
import type { Behind, Provider } from './behind.js';
import type { Env } from './drive.js';
import { post, statusesAt } from './requests.js';

/** The page that the terminal names, and the code to enter there. */
export async function shownCode(terminal: AtTerminal): Promise<{ address: string; code: string }> {
  const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
  const [, code = ''] = await terminal.shows(/^ {2}([A-Z]{4}-[A-Z]{4})$/m);
  return { address, code };
}

/** The login ends well, for this account. @returns the file of the refresh token, which others cannot read */
export async function loggedIn({ ended }: AtTerminal, email: string): Promise<string> {
  const { status, stdout, screen } = await ended;
  assert.equal(status, 0, screen);
  assert.equal(stdout, '');
  assert.match(screen, /^✓ workspace team-a open/m);
  assert.match(screen, new RegExp(`^✓ logged in as ${email.replaceAll('.', '\\.')}$`, 'm'));
  const path = /^- refresh token stored in ([^\s:]+)/m.exec(screen)?.[1] ?? assert.fail(screen);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.ok(!screen.includes(readFileSync(path, 'utf8')));
  return path;
}

/** The stock SDK writes a run, twice, and nobody is asked anything. */
export async function worksOn({ tools }: Behind, env: Env): Promise<void> {
  const script = ['--', tools.python, 'test/stack/python/quickstart.py'];
  for (let times = 0; times < 2; times++) {
    const { status, stdout, stderr } = await runCommand(['exec', ...script], env);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^run: [0-9a-f]{32}$/m);
  }
}

/** `logout` removes the file, and the provider refuses the refresh token that was in it. */
export async function logsOut({ tokenEndpoint }: Provider, client_id: string, path: string, env: Env): Promise<void> {
  const refresh_token = readFileSync(path, 'utf8');
  const { status, stderr } = await runCommand(['logout'], env);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^✓ refresh token revoked$/m);
  assert.ok(!existsSync(path));
  const dead = await post(tokenEndpoint, { grant_type: 'refresh_token', refresh_token, client_id });
  assert.deepEqual([dead.status, dead.body.error], [400, 'invalid_grant']);
  assert.equal((await runCommand(['env'], env)).status, 2);
}

/**
 * A login by the browser, at the provider that the MLflow proxy names; other commands find it by the issuer.
 * @param logIn at the pages of the provider
 * @returns the query of the authorization request
 */
export async function logsInByBrowser(
  page: Page,
  { proxy }: Behind,
  { MLFLOW_AUTH_ISSUER: issuer = '', ...env }: Env,
  email: string,
  logIn: (page: Page) => Promise<void>,
): Promise<URLSearchParams> {
  const terminal = atTerminal(['login', '--browser'], env);
  const [, address = ''] = await terminal.shows(/^ {2}(http:\S+)$/m);
  await page.goto(address);
  await logIn(page);
  await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/mlflow-auth\?/);
  await loggedIn(terminal, email);
  assert.ok(terminal.screen().includes(`if issuer (MLFLOW_AUTH_ISSUER) is set to ${issuer}`));
  const { status, stdout, stderr } = await runCommand(['token'], { ...env, MLFLOW_AUTH_ISSUER: issuer });
  assert.equal(status, 0, stderr);
  assert.deepEqual(await statusesAt(proxy('usual'), stdout), [200, 200]);
  return new URL(address).searchParams;
}
