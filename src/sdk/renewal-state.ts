// What renewal needs, in one file that only its owner can read: as little as the method allows.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { jsonObject } from '../http/response.js';
import type { Credential } from '../login/credential.js';
import { bearerToKeep, sourceToKeep } from '../settings/id-token-source.js';
import type { Settings } from '../settings/types.js';
import { wayOf } from '../settings/ways.js';
import type { History } from './renewal-rules.js';

export const STATE_FILE = 'renewal.json';

export interface State extends History {
  settings: Settings;
  /** Why a login was refused; it is not tried again. */
  failed?: string;
  /** Fingerprint of the ID token of a CI job that Dex has rejected; it is not sent again. */
  refused?: string;
  /** Grows by one each time the state is written, so that whoever has read an older one does not overwrite a newer one. */
  generation?: number | undefined;
}

/**
 * What is kept of the settings after a login: with the token method the refresh token and the client, but no password;
 * with the cookie method user name and password, but no client secret.
 */
export function settingsToKeep(settings: Settings, credential: Credential): Settings {
  const { method } = credential;
  const { refreshTokenFile, idToken, bearer } = settings;
  const first = { method, allowFallback: false, methodReason: 'the method of the first login' };
  // A renewal may run in another folder.
  const common = {
    ...settings,
    ...first,
    idToken: sourceToKeep(idToken),
    bearer: bearerToKeep(bearer),
    refreshTokenFile: refreshTokenFile && resolve(refreshTokenFile),
  };
  // After a fallback, client-id is not that of oauth2-proxy, with which the cookie method would compare it.
  const clientId = settings.method === 'cookie' ? settings.clientId : '';
  if (credential.method === 'cookie') return { ...common, clientId, clientSecret: '', clientKey: '', refreshToken: '' };
  // A password that MLflow has once refused is not sent again.
  const none = { clientSecret: '', clientKey: '', refreshToken: '' };
  if (credential.method === 'basic') return { ...common, ...none, username: '', password: '' };
  const secrets = clientSecretsToKeep(settings);
  return { ...common, ...secrets, username: '', password: '', refreshToken: credential.refreshToken ?? '' };
}

/** Secret and key of the client, where the login uses them: at an OpenID provider by its row, at Dex the secret alone. */
function clientSecretsToKeep({ login, clientSecret, clientKey }: Settings) {
  const { client = ['client-secret'] } = wayOf(login);
  return {
    clientSecret: client.includes('client-secret') ? clientSecret : '',
    clientKey: client.includes('client-key') ? clientKey : '',
  };
}

/** @throws Error when there is none, or it is damaged */
export function readState(dir: string): State {
  return parseState(join(dir, STATE_FILE));
}

/** @throws Error when there is no such file, or it is damaged */
export function parseState(path: string): State {
  const state = jsonObject(readFileSync(path, 'utf8')) ?? {};
  const good =
    isSettings(state.settings) &&
    ['string', 'undefined'].includes(typeof state.failed) &&
    ['string', 'undefined'].includes(typeof state.refused) &&
    ['number', 'undefined'].includes(typeof state.generation) &&
    (state.last === undefined || isMoment((state.last as { at?: unknown } | null)?.at)) &&
    (state.logins === undefined || (Array.isArray(state.logins) && state.logins.every(isMoment)));
  if (!good) throw new Error(`${path} is damaged: log in again`);
  return state as unknown as State;
}

const TEXTS = [
  'platform',
  'dexUrl',
  'login',
  'trackingUri',
  'username',
  'password',
  'clientId',
  'clientSecret',
  'refreshToken',
] as const;

function isSettings(value: unknown): boolean {
  const settings = (value ?? {}) as Partial<Record<keyof Settings, unknown>>;
  const { method, timeout } = settings;
  return (
    TEXTS.every((name) => typeof settings[name] === 'string') &&
    (method === 'token' || method === 'cookie') &&
    typeof timeout === 'number'
  );
}

function isMoment(value: unknown): boolean {
  return typeof (value as { wall?: unknown } | null)?.wall === 'number';
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
