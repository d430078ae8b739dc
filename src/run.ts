// One login from open to close: wires HTTP, secrets and progress together for either door.

import { getProxyUrl } from '@actions/http-client';
import type { Credential } from './credential.js';
import { openHttp } from './http.js';
import { login } from './login.js';
import { progress, type Say } from './progress.js';
import type { Secrets } from './secrets.js';
import type { Settings } from './settings/settings.js';
import { trustedRoots } from './trust.js';

/** Milliseconds that one request may take, of the whole login's time. */
const REQUEST_TIMEOUT = 15_000;

/**
 * Logs in as the settings say.
 * @param say gets each line of progress, without secrets
 * @param warn gets what deserves more attention than progress
 * @throws AuthError
 */
export async function runLogin(settings: Settings, secrets: Secrets, say: Say, warn: Say): Promise<Credential> {
  const safely: Say = (line) => say(secrets.redact(line));
  const { step, note } = progress(safely);
  if (settings.insecureTls) {
    warn('insecure-tls: certificates are not checked, so anyone on the way can read the password and the token');
  }
  if (settings.trackingUri.startsWith('http:') || settings.platform.startsWith('http:')) {
    note('allow-http: credentials travel unencrypted to an http: address');
  }
  const { http, close } = openHttp({
    ca: settings.ca && trustedRoots(settings.ca.pem, note),
    insecure: settings.insecureTls,
    requestTimeout: Math.min(REQUEST_TIMEOUT, settings.timeout * 1000),
    totalTimeout: settings.timeout * 1000,
    proxyFor: getProxyUrl,
    note,
    mask: secrets.add,
  });
  try {
    return await login({ http, mask: secrets.add, step, note, warn }, settings);
  } finally {
    await close();
  }
}
