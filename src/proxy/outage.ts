// How long the server has been away, so that requests are held while it is started anew, and not for ever.

/** Milliseconds that a request is held: less than the 120 s after which the SDK gives it up (MLFLOW_HTTP_REQUEST_TIMEOUT). */
export const LONGEST_HOLD = 100_000;
/** Milliseconds after which a server is not waited for any more: as long as the SDK itself would try (7 repeats). */
const LONGEST_OUTAGE = 240_000;
/** Milliseconds after which a server that answers others has answered this request, too, if it is ever to. */
const GRACE = 2000;
/** Milliseconds between tries. */
export const PAUSE = 500;

export interface Outage {
  /** Another request has reached MLflow. */
  over(): void;
  /** The server was not reached. */
  failed(): void;
  /** Whether a request that first failed at this time (of performance.now) is to be tried again. */
  isWorthWaiting(firstFailure: number): boolean;
  /** Whether the server has been away for so long that a client need not come back. */
  isLong(): boolean;
}

export function watchOutage(now: () => number = () => performance.now()): Outage {
  let since: number | undefined;
  let alive = Number.NEGATIVE_INFINITY;
  const isLong = () => since !== undefined && now() - since > LONGEST_OUTAGE;
  return {
    over() {
      since = undefined;
      alive = now();
    },
    failed() {
      since ??= now();
    },
    isWorthWaiting: (first) => !isLong() && now() - first < LONGEST_HOLD && alive < first + GRACE,
    isLong,
  };
}
