// Renews the credential in a folder each time it is due, for as long as a program runs.

import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../errors/errors.js';
import { fingerprint } from '../login/credential.js';
import { ageOf, readCredential } from '../sdk/credential-file.js';
import { readState } from '../sdk/renewal-state.js';
import type { Sources } from '../settings/sources.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import type { Keep } from './refresh-token.js';
import { renew } from './renew.js';

/** Seconds between tries after a renewal that failed. */
const PAUSE = 30;
/** Seconds after which it looks again: timers stand still while the machine sleeps, and others renew too. */
const LOOK = 60;

/** Where it tells what it does. */
export interface Listeners {
  warn: WriteLine;
  /** Gets each new refresh token. */
  keep: Keep | undefined;
}

/** When it is over. */
export interface Ends {
  /** The program has ended: no renewal begins any more. */
  ended: AbortSignal;
  /** The folder goes: a renewal under way ends too. */
  gone: AbortSignal;
}

/**
 * Renews until the program has ended, or until a credential comes that never expires.
 * @throws Error when the folder is damaged
 */
export async function keepFresh(
  dir: string,
  sources: Sources,
  secrets: Secrets,
  { warn, keep }: Listeners,
  { ended, gone }: Ends,
): Promise<void> {
  const wait = (seconds: number) => sleep(seconds * 1000, undefined, { signal: ended }).catch(() => {});
  const warned = new Set<string>();
  const warnOnce = (kind: string, text = kind) => {
    if (!warned.has(kind)) warn(text);
    warned.add(kind);
  };
  let seen = { value: '', at: 0 };
  while (!ended.aborted) {
    const file = readCredential(dir);
    if (file.renew_after === undefined) return;
    if (file.value !== seen.value) seen = { value: file.value, at: performance.now() };
    // Without a clock that other processes share, the age counts from here.
    const left = file.renew_after - (ageOf(file) ?? (performance.now() - seen.at) / 1000);
    if (left > 0) {
      await wait(Math.min(left, LOOK));
      continue;
    }
    const known = file.method === 'token' ? `${file.life} s after the login` : 'an unknown time';
    const end = file.expires_at ?? known;
    warnOnce(
      'end',
      `the credential in the environment expires at ${end}; only Python programs with the auth provider use renewed ones`,
    );
    try {
      await renew(dir, fingerprint(file.value), sources, secrets, () => {}, { reason: 'due', signal: gone });
      keep?.(readState(dir).settings.refreshToken);
    } catch (error) {
      if (ended.aborted) return;
      warnOnce(`renewal failed: ${errorMessage(error)}`);
      await wait(PAUSE);
    }
  }
}
