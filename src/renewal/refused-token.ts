// The fingerprint of a rejected refresh token, in a file beside its own, so that no other process sends the token again.

import { readFileSync, rmSync } from 'node:fs';
import { AuthError } from '../errors/errors.js';
import type { Refusals } from '../login/context.js';
import { fingerprint } from '../login/credential.js';
import type { Settings } from '../settings/types.js';
import { writeWhole } from '../util/files.js';
import { printable } from '../util/text.js';

/** Whose token it was, and who rejected it: the same token of another client, or at another server, may be good. */
type Of = Pick<Settings, 'at' | 'issuer' | 'dexUrl' | 'trackingUri' | 'clientId'>;

function markOf(refreshToken: string, { at, issuer, dexUrl, trackingUri, clientId }: Of): string {
  const server = at === 'provider' ? issuer || trackingUri : dexUrl;
  return fingerprint(JSON.stringify([refreshToken, server, clientId]));
}

const refusedBeside = (file: string) => `${file}.refused`;

/** The file itself stays as it is: a server may be wrong, and whoever removes the fingerprint has the token sent again. */
export function refusalsOf(file: string, settings: Of): Refusals {
  return {
    check(refreshToken) {
      const known = read(refusedBeside(file));
      if (known !== markOf(refreshToken, settings)) {
        if (known) forgetRefusal(file);
        return;
      }
      throw new AuthError({
        request: 'refresh',
        tried: { what: 'refresh the token' },
        diagnosis: { id: 'refresh-refused-before', facts: { file: printable(file) } },
      });
    },
    add: (refreshToken) => noteRefusal(file, refreshToken, settings),
  };
}

/** Where that cannot be written, the token is sent once more. */
export function noteRefusal(file: string, refreshToken: string, settings: Of): void {
  try {
    writeWhole(refusedBeside(file), markOf(refreshToken, settings));
  } catch {
    // The error of the refusal follows.
  }
}

/** For a file with a new token, or none. */
export function forgetRefusal(file: string): void {
  try {
    rmSync(refusedBeside(file), { force: true });
  } catch {
    // It is about another token.
  }
}

/** '' where there is none. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
