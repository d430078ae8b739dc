// The files with secrets in the folder for the SDK, and how they are removed with all that was left of them.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { leftoversOf, removeWithLeftovers } from '../util/files.js';
import { CREDENTIAL_FILE } from './credential-file.js';
import { STATE_FILE } from './renewal-state.js';

const NAMES = [STATE_FILE, CREDENTIAL_FILE];

export function hasSecrets(dir: string): boolean {
  if (!existsSync(dir)) return false;
  return NAMES.some((name) => existsSync(join(dir, name)) || leftoversOf(join(dir, name)).length > 0);
}

/** @returns whether there were any */
export function removeSecrets(dir: string): boolean {
  if (!existsSync(dir)) return false;
  // The state first: a renewal that finds none any more writes nothing.
  const found = NAMES.map((name) => removeWithLeftovers(join(dir, name)));
  return found.includes(true);
}
