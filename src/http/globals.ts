// All that HTTP changes for the whole process. Nothing is changed by an import: each function says when to call it.

import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';

/**
 * Milliseconds for each but the last address of a name. Node gives up a connection that takes longer, and by itself
 * grants 250, which is less than a far round trip: on a machine without IPv6, whose turn comes next, nothing is left.
 */
const CONNECT_ATTEMPT_MS = 2500;

/** Sets how long Node tries each address of a name. To be called before the first connection, whoever opens it. */
export function setConnectDefaults(): void {
  setDefaultAutoSelectFamilyAttemptTimeout(CONNECT_ATTEMPT_MS);
}

/**
 * Has the classes of fetch ready, which oauth4webapi uses and Node loads at their first use. To be called while a request is
 * on its way.
 */
export function loadFetchClasses(): void {
  void globalThis.Response;
}
