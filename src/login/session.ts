// One login from open to close: wires HTTP, secrets and progress together for the action and the command line.

import { warningsOf } from '../http/certificate-facts.js';
import { openExchange } from '../http/exchange.js';
import { setConnectDefaults } from '../http/globals.js';
import { proxyFor } from '../http/http-proxy.js';
import { isLoopback } from '../http/loopback.js';
import { runtimeRoots } from '../http/trust.js';
import type { ExchangeOptions, Http, Transport } from '../http/types.js';
import type { Settings } from '../settings/types.js';
import type { Logger, WriteLine } from '../util/logger.js';
import { progress } from '../util/progress.js';
import type { Secrets } from '../util/secrets.js';
import { printable, shortened } from '../util/text.js';
import type { Context, Refusals } from './context.js';
import type { Credential } from './credential.js';

/** The longest email address is shorter (RFC 5321, 4.5.3.1.3). */
const LONGEST_IDENTITY = 256;

/** Seconds that one request may take: a quarter of the whole login's, so that a longer time helps with a slow server. */
export const requestTime = (whole: number) => Math.min(whole, Math.max(15, whole / 4));

/**
 * Opens HTTP as the settings say; `close` must be called.
 * @throws UsageError where the address of an HTTP proxy is invalid
 * @param listeners for secrets, progress and a clock that differs
 * @param preconnect how many connections to open at once, by origin
 * @param patience seconds for a person, in addition to the time limit of the login
 */
export async function openFor(
  settings: Settings,
  listeners: Pick<ExchangeOptions, 'mask' | 'note'> & Pick<Transport, 'clockDiffers'>,
  preconnect: Readonly<Record<string, number>> = {},
  patience = 0,
): Promise<{ http: Http; close: () => void }> {
  const { insecureTls: insecure, timeout } = settings;
  // Before any request, what is wrong with an HTTP proxy's address.
  for (const address of addressesOf(settings)) proxyFor(address);
  const requestTimeout = requestTime(timeout) * 1000;
  setConnectDefaults();
  const exchange = openExchange({
    ca: settings.ca?.pem,
    insecure,
    timeout: requestTimeout,
    roots: () => runtimeRoots(listeners.note),
    proxyFor,
    ...listeners,
  });
  const direct = Object.entries(preconnect).filter(([origin]) => !proxyFor(origin));
  await Promise.all(direct.map(([origin, count]) => exchange.preconnect(origin, count)));
  // Most of the program is HTTP; it gets ready while the connections open.
  const { openHttp } = await import(/* webpackMode: "eager" */ '../http/client.js');
  const totalTimeout = (timeout + patience) * 1000;
  return openHttp({ exchange, ca: settings.ca?.pem, requestTimeout, totalTimeout, proxyFor, ...listeners });
}

/** The servers of a login, without those that it does not use. */
function addressesOf({ platform, trackingUri, dexUrl, issuer, at }: Settings): string[] {
  const beginning = at === 'nowhere' ? '' : at === 'provider' ? issuer : dexUrl;
  return [...new Set([platform, trackingUri, beginning && new URL(beginning).origin])].filter(Boolean);
}

/** How many connections a login uses at the same time, by origin: two requests of its own, two of the proof. */
function connectionsFor(settings: Settings): Record<string, number> {
  const { platform, trackingUri, method, refreshToken, verify, login: kind } = settings;
  const tracking = trackingUri && new URL(trackingUri).origin;
  // With basic one request follows the other.
  if (kind !== 'platform') return Object.fromEntries(tracking ? [[tracking, kind === 'basic' ? 1 : 2]] : []);
  const proof = verify ? 2 : method === 'cookie' ? 1 : 0;
  const login = refreshToken || (method === 'cookie' && tracking !== platform) ? 1 : 2;
  if (tracking === platform) return { [platform]: Math.max(login, proof) };
  return { [platform]: login, ...(proof > 0 ? { [tracking]: proof } : {}) };
}

/** What else a caller has to do with a login. */
export interface Hooks {
  /** Gets each new refresh token as soon as it is there: the one before cannot be used again, whatever happens next. */
  keep?: ((refreshToken: string) => void) | undefined;
  /** Called each time before the password is sent; an error of it keeps it from being sent. */
  beforePassword?: (() => void) | undefined;
  /** Called before the ID token of a CI job is exchanged; an error of it keeps it from being sent. */
  beforeExchange?: ((idToken: string) => void) | undefined;
  /** What is known of refresh tokens that were rejected before. */
  refusals?: Refusals | undefined;
  /** Ends the login at once. */
  signal?: AbortSignal | undefined;
  /** A login by a person, and the seconds that it waits for one, in place of the way that the settings name. */
  person?: { logIn: (context: Context, settings: Settings) => Promise<Credential>; patience: number } | undefined;
}

/**
 * Logs in as the settings say. Lines for the log hold no secret and no control character.
 * @throws AuthError, or whatever ended the connections that the signal has closed
 */
export async function runLogin(
  settings: Settings,
  secrets: Secrets,
  log: Logger,
  { keep, beforePassword, beforeExchange, refusals, signal, person }: Hooks = {},
): Promise<Credential> {
  const safe = (write: WriteLine) => (line: string) => write(printable(secrets.redact(line)));
  const warn = safe(log.warn);
  const { step, note } = progress(safe(log.info));
  warnOfRisks(settings, warn);
  // While a person logs in, a connection that was opened ahead would be closed by its server.
  const preconnect = person ? {} : connectionsFor(settings);
  const { http, close } = await openFor(settings, { mask: secrets.add, note }, preconnect, person?.patience);
  const context: Context = {
    http,
    mask: secrets.add,
    keep,
    beforePassword,
    beforeExchange,
    refusals,
    step,
    note,
    warn,
  };
  signal?.addEventListener('abort', close);
  try {
    signal?.throwIfAborted();
    const { login } = await import(/* webpackMode: "eager" */ './login.js');
    const credential = await login(context, settings, person?.logIn);
    // The identity is what a server says, and it is printed and exported.
    return { ...credential, identity: shortened(secrets.redact(credential.identity), LONGEST_IDENTITY) };
  } finally {
    signal?.removeEventListener('abort', close);
    close();
  }
}

/** Warns of what the user allowed by name and others on the network can use. */
function warnOfRisks(settings: Settings, warn: WriteLine): void {
  const { insecureTls, ca } = settings;
  if (insecureTls) {
    warn('insecure-tls: certificates are not verified, so anyone on the network can read the password and the token');
  }
  if (ca) for (const text of warningsOf(ca.pem)) warn(`ca-cert: ${text}`);
  for (const address of addressesOf(settings).filter((one) => one.startsWith('http:'))) {
    if (!isLoopback(new URL(address).hostname)) warn(`allow-http: credentials are sent unencrypted to ${address}`);
  }
}
