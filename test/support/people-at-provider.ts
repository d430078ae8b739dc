// For the tests of people at an OpenID provider: a provider with the device flow, a person who confirms, and how logins end.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Env, envOf } from './at-provider.js';
import { DEVICE_GRANT } from './fake/device.js';
import type { FakePlatform, StartOptions } from './fake/platform.js';
import { issuerAt } from './fake/provider.js';
import { PUBLIC_CLIENT } from './fake/provider-grants.js';
import { PERSON_CODE } from './fake/provider-people.js';
import type { Canned } from './fake/switches.js';
import { browse } from './person.js';
import { atPlatform } from './program.js';
import type { AtTerminal } from './terminal.js';

/** What the provider lists, with the device flow. */
export const GRANTS = ['authorization_code', 'refresh_token', DEVICE_GRANT];

/** Works at a provider, with the environment of a person whose home is new. @param named whether the issuer is set */
export function atProvider(
  { provider = {}, ...more }: StartOptions,
  work: (platform: FakePlatform, env: Env) => Promise<void>,
  named = true,
): Promise<void> {
  const document = { grant_types_supported: GRANTS, ...provider.document };
  const options = { plain: true, deviceInterval: 1, ...more, provider: { ...provider, document } };
  return atPlatform(options, async (platform) => {
    const { PLATFORM_CA: _, ...usual } = envOf(platform, { DEX_CLIENT_ID: PUBLIC_CLIENT });
    const issuer: Env = named ? { MLFLOW_AUTH_ISSUER: issuerAt(platform.address) } : {};
    const home = mkdtempSync(join(tmpdir(), 'mlflow-auth-person-'));
    await work(platform, { ...usual, ...issuer, HOME: home }).finally(() => rmSync(home, { recursive: true }));
  });
}

/** The forms that were sent to an endpoint. */
export const sentTo = ({ asked }: FakePlatform, endpoint: string): Env[] =>
  asked
    .filter((one) => one.endpoint === endpoint)
    .map(({ request }) => Object.fromEntries(new URLSearchParams(request.body)));

/** The refresh tokens that are stored in a home. */
export const storedIn = ({ HOME = '' }: Env) =>
  readdirSync(HOME, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('refresh-token'));

/** A refusal of the provider. */
export const refused = (status: number, error: string, error_description = ''): Canned => ({
  status,
  body: { error, error_description },
});

/** The answers to polls, one after the other, in place of the usual one. */
export const polled = (...answers: Canned[]): StartOptions => ({
  echo: (endpoint, { body }) =>
    endpoint === 'provider-token' && body.includes('device_code') ? answers.shift() : undefined,
});

/** The person opens the address, enters the code, and logs in. */
export async function confirm(terminal: AtTerminal): Promise<void> {
  const [, address = ''] = await terminal.shows(/^Open (\S+) in a browser/m);
  await terminal.shows(/^ {2}WDJB-MJ[A-Z]T$/m);
  assert.match((await browse(address)).text, /Device Login Successful/);
}

/** @returns the file of the refresh token; no secret is shown */
export async function succeeds({ ended }: AtTerminal): Promise<string> {
  const { status, stdout, screen } = await ended;
  assert.equal(status, 0, screen);
  assert.equal(stdout, '');
  assert.match(screen, /✓ accepted by oauth2-proxy .*[\s\S]*^✓ logged in as ci@example\.com$/m);
  for (const secret of [new RegExp(PERSON_CODE), /next-of-fake/, /\bey[\w-]+\.ey/]) assert.doesNotMatch(screen, secret);
  return /^- refresh token stored in ([^\s:]+)/m.exec(screen)?.[1] ?? assert.fail(screen);
}

/** A login that ends as this row of the table of symptoms. @returns what the terminal shows, which holds no control character */
export async function fails({ ended }: AtTerminal, id: string): Promise<string> {
  const { status, stdout, screen } = await ended;
  assert.deepEqual([status, stdout], [1, ''], screen);
  assert.ok(screen.includes(`[mlflow-auth: ${id}]`), screen);
  assert.doesNotMatch(screen.replaceAll('\n', ''), /\p{Cc}/u);
  return screen;
}
