// The credential of the proxy, in memory: one renewal at a time, ahead of its end and when the server rejects it.

import { setTimeout as sleep } from 'node:timers/promises';
import { AuthError, errorMessage } from '../errors/errors.js';
import { answerOf } from '../errors/failure.js';
import type { Credential } from '../login/credential.js';
import { type Reason, renewAfter } from '../sdk/renewal-rules.js';
import { type Moment, moment, secondsBetween } from '../util/clock.js';
import type { WriteLine } from '../util/logger.js';

/** Seconds after which it looks at the time again: timers stand still while the machine sleeps. */
const LOOK = 60;
/** Seconds between tries after a renewal that failed. */
const PAUSE = 30;
/** Seconds for which the clock of the machine is not read again. */
const CLOCK = 1;

export interface Holder {
  /** The credential to send; undefined where the one at hand has expired. */
  current(): Credential | undefined;
  /**
   * One in place of a credential that has expired.
   * @throws Error where that fails
   */
  renewed(): Promise<Credential>;
  /**
   * One in place of a credential that the server has rejected; however many ask for it, there is one renewal.
   * @throws Error where that fails
   */
  replace(rejected: Credential): Promise<Credential>;
  /** Whether requests can be expected to work. */
  isGood(): boolean;
  /** New credentials since the start. */
  renewals(): number;
  /** Ends the renewals. */
  stop(): void;
}

/**
 * @param renew gets a new credential, as the rules of renewals allow it
 * @param warn gets, once, each way in which renewals ahead of time fail
 */
export function holdCredential(
  first: Credential,
  renew: (reason: Reason) => Promise<Credential>,
  warn: WriteLine,
): Holder {
  let current = first;
  let received = moment();
  let running: Promise<Credential> | undefined;
  let refusal: { error: unknown; at: Moment; reason: Reason } | undefined;
  let renewals = 0;
  // To read the clock of the machine takes longer than all else that a request costs.
  let read = { at: Number.NEGATIVE_INFINITY, age: 0 };
  const age = () => {
    const now = performance.now() / 1000;
    if (now - read.at > CLOCK) read = { at: now, age: secondsBetween(received, moment()) };
    return read.age + now - read.at;
  };
  // A password that the server has refused is not sent again, whatever comes.
  const isRejected = () => current.method === 'basic' && refusal !== undefined;
  const hasExpired = () => isRejected() || (current.life !== undefined && age() >= current.life);

  const renewNow = async (reason: Reason): Promise<Credential> => {
    if (refusal && secondsBetween(refusal.at, moment()) < PAUSE) throw refusal.error;
    try {
      current = await renew(reason);
      received = moment();
      read = { at: performance.now() / 1000, age: 0 };
      refusal = undefined;
      renewals++;
      return current;
    } catch (error) {
      // What a server has refused is refused again; one that was not reached may be back at any time.
      if (!isUnreached(error)) refusal = { error, at: moment(), reason };
      throw error;
    }
  };
  const renewOnce = (reason: Reason): Promise<Credential> => {
    running ??= renewNow(reason).finally(() => {
      running = undefined;
    });
    return running;
  };

  const stopped = new AbortController();
  const wait = (seconds: number) =>
    sleep(seconds * 1000, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
  const keepFresh = async () => {
    const warned = new Set<string>();
    while (!stopped.signal.aborted && current.life !== undefined) {
      const left = renewAfter(current.life) - age();
      if (left > 0) {
        await wait(Math.min(left, LOOK));
        continue;
      }
      try {
        await renewOnce('due');
      } catch (error) {
        const text = `renewal failed: ${errorMessage(error)}`;
        if (!warned.has(text)) warn(text);
        warned.add(text);
        await wait(PAUSE);
      }
    }
  };
  void keepFresh();

  return {
    current: () => (hasExpired() ? undefined : current),
    renewed: async () => (hasExpired() ? renewOnce('due') : current),
    replace: async (rejected) => (current === rejected ? renewOnce('rejected') : current),
    isGood: () => refusal === undefined || (refusal.reason === 'due' && !hasExpired()),
    renewals: () => renewals,
    stop: () => stopped.abort(),
  };
}

/** Whether a server was not reached, or is just being started, so that the next try may go well at any time. */
export function isUnreached(error: unknown): boolean {
  if (!(error instanceof AuthError)) return false;
  return 'broken' in error.failure || [429, 502, 503, 504].includes(answerOf(error.failure)?.status ?? 0);
}
