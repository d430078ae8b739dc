// What renewal needs, in one file that only its owner can read: as little as the method allows.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Credential } from '../login/credential.js';
import type { Settings } from '../settings/types.js';
import { writeWhole } from '../util/files.js';

export const STATE_FILE = 'renewal.json';

export interface State {
  settings: Settings;
  /** Why a login was refused; it is not tried again. */
  failed?: string;
}

/**
 * The state after a login: with the token method the refresh token and the client, but no password; with the cookie
 * method user name and password, but no client secret.
 */
export function stateOf(settings: Settings, credential: Credential): State {
  const { method } = credential;
  const first = { method, allowFallback: false, methodReason: 'the method of the first login' };
  // Renewals keep the refresh token in this state alone.
  const common = { ...settings, ...first, refreshTokenFile: undefined };
  // After a fallback, client-id is not that of oauth2-proxy, with which the cookie method would compare it.
  const clientId = settings.method === 'cookie' ? settings.clientId : '';
  if (credential.method === 'cookie') return { settings: { ...common, clientId, clientSecret: '', refreshToken: '' } };
  return { settings: { ...common, username: '', password: '', refreshToken: credential.refreshToken ?? '' } };
}

export function writeState(dir: string, state: State): void {
  writeWhole(join(dir, STATE_FILE), JSON.stringify(state));
}

/** @throws Error when there is none */
export function readState(dir: string): State {
  return JSON.parse(readFileSync(join(dir, STATE_FILE), 'utf8'));
}

/** The command that renews the credential in a folder: the same bundle under the same runtime. */
export function renewCommand(dir: string): string[] {
  const { Deno } = globalThis as { Deno?: { mainModule: string } };
  const permissions = ['--no-prompt', '--allow-net', '--allow-env', '--allow-read', '--allow-write'];
  const program = Deno
    ? [process.execPath, 'run', ...permissions, Deno.mainModule]
    : [process.execPath, resolve(process.argv[1] ?? '')];
  return [...program, 'renew', '--dir', resolve(dir)];
}

/** Milliseconds before its end at which a credential is renewed: a tenth of its life, 1 to 10 minutes, at most half of it. */
export function renewBefore(life: number): number {
  return Math.min(Math.max(life / 10, 60_000), 600_000, life / 2);
}
