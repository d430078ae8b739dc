// One login from open to close: wires HTTP, secrets and progress together for either door.

import { getProxyUrl } from '@actions/http-client';
import type { Context } from './context.js';
import type { Credential } from './credential.js';
import { type Http, openHttp } from './http.js';
import { login } from './login.js';
import { progress, type Say } from './progress.js';
import type { Secrets } from './secrets.js';
import { isLoopback } from './settings/checks.js';
import type { Settings } from './settings/settings.js';
import { printable } from './text.js';
import { trustedRoots } from './trust.js';

/** Seconds that one request may take, of the whole login's time. */
const REQUEST_TIMEOUT = 15;

/** Opens HTTP as the settings say; `close` must be called. */
export function openFor(
  settings: Settings,
  mask: (secret: string) => void,
  note: Say,
): { http: Http; close: () => Promise<void> } {
  return openHttp({
    ca: settings.ca && trustedRoots(settings.ca.pem, note),
    insecure: settings.insecureTls,
    requestTimeout: Math.min(REQUEST_TIMEOUT, settings.timeout) * 1000,
    totalTimeout: settings.timeout * 1000,
    proxyFor: getProxyUrl,
    note,
    mask,
  });
}

/** Where a login tells what it does. */
export interface Listeners {
  /** Gets each line of progress. */
  say: Say;
  /** Gets what deserves more attention than progress. */
  warn: Say;
  /** Gets each new refresh token as soon as it is there: the one before is spent, whatever happens next. */
  keep?: (refreshToken: string) => void;
}

/**
 * Logs in as the settings say. Lines that are told hold no secret and no control character.
 * @throws AuthError
 */
export async function runLogin(
  settings: Settings,
  secrets: Secrets,
  { say, warn, keep = () => {} }: Listeners,
): Promise<Credential> {
  const safe =
    (tell: Say): Say =>
    (line) =>
      tell(printable(secrets.redact(line)));
  const { step, note } = progress(safe(say));
  if (settings.insecureTls) {
    safe(warn)('insecure-tls: certificates are not checked, so anyone on the way can read the password and the token');
  }
  for (const address of new Set([settings.platform, settings.trackingUri].filter((one) => one.startsWith('http:')))) {
    if (!isLoopback(new URL(address).hostname)) safe(warn)(`allow-http: credentials travel unencrypted to ${address}`);
  }
  const { http, close } = openFor(settings, secrets.add, note);
  const context: Context = { http, mask: secrets.add, keep, step, note, warn: safe(warn) };
  try {
    return await login(context, settings);
  } finally {
    await close();
  }
}
