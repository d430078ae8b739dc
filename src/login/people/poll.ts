// How often the token endpoint is asked whether the person has confirmed the login (RFC 8628, 3.5).

import { AuthError } from '../../errors/errors.js';
import { answerOf } from '../../errors/failure.js';

/** Seconds that each slow_down adds, and that pass between two polls if the server names none. */
const SLOWER = 5;
export const USUAL_INTERVAL = 5;
/** Seconds between two polls, whatever the server names; each slow_down adds to that. */
const SHORTEST_INTERVAL = 1;
const LONGEST_INTERVAL = 60;

/** Where time comes from, in seconds; tests bring their own. */
export interface Time {
  /** On a clock that nobody sets. */
  now: () => number;
  wait: (seconds: number) => Promise<void>;
}

/**
 * Asks until there is an answer, within the life of the code.
 * @param expiresIn seconds from now
 * @param ask fails with the error of the token endpoint
 * @returns undefined where the code has expired
 * @throws whatever `ask` throws, unless it says that the person has not confirmed yet
 */
export async function poll<T>(
  { interval, expiresIn }: { interval: number; expiresIn: number },
  ask: () => Promise<T>,
  { now, wait }: Time,
): Promise<T | undefined> {
  const end = now() + expiresIn;
  for (let pause = Math.min(Math.max(interval, SHORTEST_INTERVAL), LONGEST_INTERVAL); now() + pause < end; ) {
    await wait(pause);
    try {
      return await ask();
    } catch (error) {
      const code = error instanceof AuthError ? answerOf(error.failure)?.code : undefined;
      if (code === 'slow_down') pause += SLOWER;
      else if (code !== 'authorization_pending') throw error;
    }
  }
  return undefined;
}
