// Logins at the servers of pages-stack.ts, and what is expected of them.

import assert from 'node:assert/strict';
import { runCommand } from '../support/program.js';
import { PASSWORD, type PagesOptions, type PagesStack, startPages } from './pages-stack.js';
import { CLIENT_SECRET } from './stack.js';

type Env = Record<string, string>;

/** A login as ci@example.com, with the client of oauth2-proxy for the token method. */
function envFor({ address, dexUrl }: PagesStack, method: string): Env {
  const client = { DEX_CLIENT_ID: 'alauda-auth', DEX_CLIENT_SECRET: CLIENT_SECRET };
  return {
    PLATFORM_ADDRESS: address,
    DEX_URL: dexUrl,
    MLFLOW_TRACKING_URI: address,
    MLFLOW_USERNAME: 'ci@example.com',
    MLFLOW_PASSWORD: PASSWORD,
    // There is no MLflow behind it.
    MLFLOW_AUTH_VERIFY: 'false',
    ...(method === 'token' ? client : {}),
  };
}

/** Who oauth2-proxy takes the credential for. */
async function ownerOf({ address }: PagesStack, method: string, credential: string): Promise<string> {
  const headers: Env = method === 'token' ? { authorization: `Bearer ${credential}` } : { cookie: credential };
  const answer = await fetch(`${address}/oauth2/userinfo`, { headers });
  return answer.status === 200 ? ((await answer.json()) as { email: string }).email : `${answer.status}`;
}

/** Starts the servers for a test. */
export async function withPages(options: PagesOptions, work: (pages: PagesStack) => Promise<void>): Promise<void> {
  const pages = await startPages(options);
  try {
    await work(pages);
  } finally {
    await pages.stop();
  }
}

/** Logs in by both methods, with one password each. */
export async function logsIn(
  pages: PagesStack,
  more: Env = {},
  owner = 'ci@example.com',
  methods = ['token', 'cookie'],
) {
  for (const method of methods) {
    const before = pages.posts();
    const { status, stdout, stderr } = await runCommand([method], { ...envFor(pages, method), ...more });
    assert.equal(status, 0, stderr);
    assert.equal(await ownerOf(pages, method, stdout), owner);
    assert.equal(pages.posts() - before, 1, stderr);
  }
}

/** Fails for a reason, after so many posts of a password. */
export async function fails(pages: PagesStack, id: string, posts: number, more: Env = {}): Promise<void> {
  const before = pages.posts();
  const { status, stderr } = await runCommand(['token'], { ...envFor(pages, 'token'), ...more });
  assert.equal(status, 1, stderr);
  assert.match(stderr, new RegExp(`\\[mlflow-auth: ${id}\\]`));
  assert.equal(pages.posts() - before, posts, stderr);
}
