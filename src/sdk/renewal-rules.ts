// When a credential is renewed, and how often: the one place that decides this for exec, the Python module and renew.

import type { Credential } from '../login/credential.js';
import { type Moment, secondsBetween } from '../util/clock.js';

/** Seconds between two renewals of one folder. */
const MIN_INTERVAL = 5;
/** Seconds without a renewal after one whose credential was rejected too. */
const REJECTION_PAUSE = 30;
/** Password logins for one folder within an hour, since an account may be locked for many of them. */
const MAX_LOGINS = 6;
const HOUR = 3600;

/** Why a caller wants a new credential: its time has come, or a server rejected it. Nothing is known of other callers. */
export type Reason = 'due' | 'rejected' | undefined;

/** What was done in a folder, as far as the rules need it. */
export interface History {
  /** The last renewal that was begun. */
  last?: {
    at: Moment;
    reason?: Reason;
    /** It brought a new credential; or a server rejected that in its proof. */
    result?: 'renewed' | 'rejected';
  };
  /** When the password was last sent, the newest first. */
  logins?: readonly Moment[];
}

/**
 * Seconds after its receipt at which a credential is renewed: a tenth of its life before the end, but 1 to 10 minutes,
 * and at most half of the life.
 */
export function renewAfter(life: number): number {
  return life - Math.min(Math.max(life / 10, 60), 600, life / 2);
}

/** What a login warns of, when renewals cannot keep up with a credential that lives so short. */
export function tooShort({ method, life }: Credential): string | undefined {
  if (life === undefined) return undefined;
  const lives = `the ${method === 'cookie' ? 'session cookie' : 'token'} expires ${Math.round(life)} s after the login`;
  if (life < MIN_INTERVAL)
    return `${lives}, and is renewed every ${MIN_INTERVAL} s at most: requests in between are rejected`;
  const minutes = Math.floor(((MAX_LOGINS - 1) * renewAfter(life) + life) / 60);
  if (method === 'token' || minutes >= HOUR / 60) return undefined;
  return `${lives}, and each renewal is a password login, of which at most ${MAX_LOGINS} are made in an hour: it can be kept valid for about ${minutes} min`;
}

/** Seconds below which a credential that nobody renews hardly lasts for a job: Keycloak's live 300 s by default. */
const SHORT_LIFE = 900;

/** What a login without renewals warns of. */
export function expiresSoon(credential: Credential): string | undefined {
  const { method, life } = credential;
  // A file is read again for each request.
  if (life === undefined || life >= SHORT_LIFE || (method === 'token' && credential.file)) return undefined;
  return `the ${method === 'cookie' ? 'session cookie' : 'token'} expires ${Math.round(life)} s after the login and is not renewed: use exec or proxy, or set renew`;
}

/**
 * Seconds to wait until the next renewal.
 * @throws Error when there is none for now, because a new credential would be rejected too
 */
export function secondsToWait({ last }: History, reason: Reason, now: Moment): number {
  if (!last) return 0;
  const passed = secondsBetween(last.at, now);
  const rejectedSince = last.result === 'renewed' && last.reason === 'rejected' && reason === 'rejected';
  if ((last.result === 'rejected' || rejectedSince) && passed < REJECTION_PAUSE) {
    const left = Math.ceil(REJECTION_PAUSE - passed);
    throw new Error(
      `The renewed credential was rejected too; the next renewal is possible in ${left} s. If this persists, run doctor --login.`,
    );
  }
  return Math.max(0, MIN_INTERVAL - passed);
}

/** @throws Error when the password was sent too often in the last hour */
export function requireLogin({ logins = [] }: History, now: Moment): void {
  const ages = logins.map((at) => secondsBetween(at, now)).filter((age) => age < HOUR);
  if (ages.length < MAX_LOGINS) return;
  const minutes = Math.ceil((HOUR - Math.max(...ages)) / 60);
  throw new Error(
    `${MAX_LOGINS} password logins were made for this directory in the last hour; no more are made, so that the account is not locked. The next one is possible in ${minutes} min; a new run may log in at once.`,
  );
}

/** The logins with one more. */
export function withLogin({ logins = [] }: History, now: Moment): readonly Moment[] {
  return [now, ...logins].slice(0, MAX_LOGINS);
}
