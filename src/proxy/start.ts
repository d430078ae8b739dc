// Puts the proxy together: a verified credential that is kept fresh, the way to the server, and the local address.

import { randomBytes } from 'node:crypto';
import { setConnectDefaults } from '../http/globals.js';
import { proxyFor } from '../http/http-proxy.js';
import { isLoopback } from '../http/loopback.js';
import { openServerAgent } from '../http/server-agent.js';
import { runtimeRoots } from '../http/trust.js';
import type { Credential } from '../login/credential.js';
import { requestTime } from '../login/session.js';
import type { Keep } from '../renewal/refresh-token.js';
import { renewWith } from '../renewal/renew.js';
import { type Reason, withLogin } from '../sdk/renewal-rules.js';
import { settingsToKeep } from '../sdk/renewal-state.js';
import type { Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import { moment } from '../util/clock.js';
import type { WriteLine } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';
import { type Door, PATH_PREFIX } from './admission.js';
import { type Counts, noCounts } from './counts.js';
import { holdCredential } from './credential-holder.js';
import { recordInMemory } from './memory-record.js';
import { watchOutage } from './outage.js';
import { type Address, serve } from './server.js';

/** Bytes of a local token. */
const TOKEN_BYTES = 32;

/** A login that is to be served. */
export interface Login {
  credential: Credential;
  settings: Settings;
  /** What a renewal may read username and password from. */
  sources: Sources;
  /** Knows the credential, and prints nothing of it. */
  secrets: Secrets;
  /** Gets each new refresh token. */
  keep: Keep | undefined;
  warn: WriteLine;
}

export interface Options {
  listen: Address;
  /** The token is part of the address, for clients that send none. */
  pathToken: boolean;
}

/** The proxy as its users see it. */
export interface LocalProxy {
  /** Tracking URI for clients on this machine. */
  uri: string;
  token: string;
  counts: () => Counts;
  isGood: () => boolean;
  /** Ends it; requests that run have so many milliseconds. */
  end: (grace: number) => Promise<void>;
}

/** @throws UsageError for an invalid HTTP proxy, or Error of the system where the address cannot be had */
export async function startProxy(login: Login, { listen, pathToken }: Options): Promise<LocalProxy> {
  const { settings, credential, secrets, warn } = login;
  setConnectDefaults();
  const trackingUri = new URL(settings.trackingUri);
  const connections = openServerAgent(
    trackingUri,
    {
      ca: settings.ca?.pem,
      insecure: settings.insecureTls,
      timeout: requestTime(settings.timeout) * 1000,
      roots: runtimeRoots,
    },
    proxyFor(trackingUri.href),
    secrets.add,
  );
  const ended = new AbortController();
  const holder = holdCredential(credential, renewer(login, ended.signal), (text) => warn(secrets.redact(text)));
  const counts = noCounts();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  secrets.add(token);
  const door = (address: Address): Door => ({ token, pathToken, hosts: hostsOf(address) });
  const upstream = { trackingUri, workspace: settings.workspace, connections, holder, outage: watchOutage(), counts };
  const running = await serve(listen, door, { ...upstream, redact: secrets.redact });
  const { host, port } = running.address;
  return {
    uri: `http://${inUrl(isAny(host) ? '127.0.0.1' : host)}:${port}${pathToken ? PATH_PREFIX + token : ''}`,
    token,
    counts: () => ({ ...counts, renewals: holder.renewals() }),
    isGood: holder.isGood,
    async end(grace) {
      await running.end(grace);
      holder.stop();
      ended.abort();
      connections.close();
    },
  };
}

/** What gets new credentials for a login, by the rules of all renewals. */
function renewer({ credential, settings, sources, secrets, keep }: Login, signal: AbortSignal) {
  let latest = credential;
  // The login of just now counts too.
  const logins = settings.password ? withLogin({}, moment()) : [];
  const record = recordInMemory({ settings: settingsToKeep(settings, credential), logins }, keep, (one) => {
    latest = one;
  });
  return async (reason: Reason): Promise<Credential> => {
    await renewWith(record, { reason, signal }, sources, secrets, () => {});
    return latest;
  };
}

const isAny = (host: string) => host === '0.0.0.0' || host === '::';
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** On a network, a name that leads here can be any. */
function hostsOf({ host, port }: Address): ReadonlySet<string> | undefined {
  if (!isLoopback(inUrl(host))) return undefined;
  return new Set(['127.0.0.1', 'localhost', '[::1]', inUrl(host)].map((one) => `${one}:${port}`));
}
