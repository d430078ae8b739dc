// Where login stores the refresh token of a person, and when other commands use it without being told.

import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { UsageError } from '../errors/errors.js';
import { requireOwnFile } from '../renewal/own-file.js';
import { findOne, type Sources } from '../settings/sources.js';
import type { Name } from '../settings/table.js';
import type { Settings } from '../settings/types.js';
import { dexUrl, issuer, platformAddress } from '../settings/validate.js';
import { isDenied } from '../util/deno.js';
import type { Env } from '../util/env.js';
import type { Command } from './command.js';
import { ciVariable } from './terminal.js';

/** Read for it, in addition to the settings. */
export const STATE_VARIABLES = ['XDG_STATE_HOME', 'HOME', 'LOCALAPPDATA'];

/** What takes precedence over a stored login. */
const STRONGER: readonly Name[] = [
  ...(['username', 'password', 'client-secret', 'client-key'] as const),
  ...(['id-token', 'bearer', 'refresh-token'] as const),
];

/**
 * The folder for state of the user alone: XDG Base Directory Specification, or that of the system.
 * @throws UsageError where no variable names one
 */
function stateFolder(env: Env, platform: NodeJS.Platform): string {
  const of = (name: string, ...path: string[]) => {
    const base = env[name];
    // The specification wants relative paths to be ignored.
    return base && isAbsolute(base) ? join(base, ...path, 'mlflow-auth') : undefined;
  };
  const usual = platform === 'darwin' ? of('HOME', 'Library', 'Application Support') : of('HOME', '.local', 'state');
  const folder = platform === 'win32' ? of('LOCALAPPDATA') : (of('XDG_STATE_HOME') ?? usual);
  if (folder) return folder;
  const variable = platform === 'win32' ? 'LOCALAPPDATA' : 'HOME';
  throw new UsageError(`${variable} is not set: set --refresh-token-file, where the refresh token is to be stored.`);
}

/** The server by whose address a login is stored: '' for a provider that is not known yet. */
export const serverOf = ({ at, issuer, dexUrl }: Pick<Settings, 'at' | 'issuer' | 'dexUrl'>): string =>
  at === 'provider' ? issuer : dexUrl;

/**
 * Folder and name of the file for a client at a server. Nothing in the name is a secret.
 * @param server dex-url, or the issuer without its last slash: the refresh token of one never goes to another
 * @throws UsageError
 */
export function storedAt(
  { server, clientId }: { server: string; clientId: string },
  env: Env,
  platform = process.platform,
): { folder: string; path: string } {
  const folder = stateFolder(env, platform);
  const key = createHash('sha256')
    .update(JSON.stringify([server, clientId]))
    .digest('hex')
    .slice(0, 16);
  const host = new URL(server).hostname.replace(/[^\w.-]/g, '_');
  return { folder, path: join(folder, `${host}-${key}.refresh-token`) };
}

/** What hides a stored login from the other commands, as the user gave it; undefined where nothing does. */
export function strongerThanStored({ given, env }: Sources, find: (name: Name) => { from: string } | undefined) {
  for (const name of STRONGER) {
    const found = given[`${name}-file`]?.trim() ? { from: `--${name}-file` } : find(name);
    if (found) return found.from;
  }
  return ciVariable(env);
}

/**
 * The file of a stored login, for a command that logs in and got nothing to log in with. Only its own user uses it, and no
 * CI job, which would act as that person.
 * @throws UsageError where others can read or replace it
 */
export function storedLogin(command: Command, sources: Sources): string | undefined {
  const { needs } = command;
  if (!needs || needs.person || needs.method === 'cookie') return undefined;
  // A file is only looked for: it is read once, and may be a pipe.
  const present = { ...sources, readFile: () => 'present' };
  const find = (name: Name) => findOne(name, present);
  const isSet = (name: Name) => ![undefined, 'default'].includes(find(name)?.from);
  if (strongerThanStored(sources, find) || isSet('login') || find('method')?.value.toLowerCase() === 'cookie')
    return undefined;
  const values = { ...sources, readFile: (path: string) => (isRegular(path) ? sources.readFile(path) : '') };
  const value = (name: Name) => findOne(name, values)?.value ?? '';
  const ignore = () => {};
  const clientId = value('client-id');
  const [provider, dex, platform] = [value('issuer'), value('dex-url'), value('platform-address')];
  const server = provider
    ? issuer(provider, true, ignore)
    : dex
      ? dexUrl(dex, true, ignore)
      : platform && `${platformAddress(platform, true, ignore)}/dex`;
  if (!clientId || !server || server.startsWith('/')) return undefined;
  try {
    const { path } = storedAt({ server, clientId }, sources.env);
    return existsSync(path) ? requireOwnFile(path) : undefined;
  } catch (error) {
    // Without a home, or without a permission to look, there is none.
    if (isDenied(error) || !(sources.env.HOME || sources.env.LOCALAPPDATA)) return undefined;
    throw error;
  }
}

function isRegular(path: string): boolean {
  return path !== '-' && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
