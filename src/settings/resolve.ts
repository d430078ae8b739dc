// The settings that follow from several values: the method, the tracking URI, the CA.

import { certificatesIn, fromBase64, isCertificate, withLineBreaks } from '../http/trust.js';
import type { Found, Sources } from './sources.js';
import type { Name } from './table.js';
import type { Method, Needs, OnProblem, Settings } from './types.js';
import * as check from './validate.js';
import { namesDex } from './ways/way.js';
import { wayOf } from './ways.js';

/** What the methods give, in messages. */
const GIVES: Readonly<Record<Method, string>> = {
  token: 'a token',
  cookie: 'a session cookie',
  basic: 'username and password',
};

/** What to do instead. */
const USE: Readonly<Record<Method, string>> = {
  token: '',
  cookie: '',
  basic: ' Use env, exec or proxy, without method.',
};

/** The server at which a login begins. */
export function placeOf(login: Settings['login'], found: Map<Name, Found>): Settings['at'] {
  const { at } = wayOf(login);
  return at === 'any' ? placeOfAny(found) : at;
}

/** For what any provider has, such as a login by a person: an issuer counts for more than an address of Dex. */
export const placeOfAny = (found: Map<Name, Found>): 'provider' | 'dex' =>
  found.has('issuer') || !namesDex({ has: (name) => found.has(name) }) ? 'provider' : 'dex';

/** The method, and why that one. */
export function chooseMethod(
  found: Map<Name, Found>,
  login: Settings['login'],
  only: Needs['method'],
  problem: OnProblem,
): Pick<Settings, 'method' | 'methodReason' | 'allowFallback'> {
  const wish = found.get('method');
  const method = wish?.value.toLowerCase();
  if (method === 'basic' && login !== 'basic')
    problem('method', 'basic is a way to log in: set login to basic, and leave method out.', 'conflict');
  else if (!['auto', 'token', 'cookie', 'basic'].includes(method ?? ''))
    problem('method', `invalid ${check.quoted(wish?.value ?? '')}: expected auto, token or cookie.`);
  else if (only && wish?.explicit && method !== only && method !== 'auto')
    problem('method', `the command ${only} requires method ${only}.`);
  const { methods, phrase } = wayOf(login);
  if (!methods.includes('cookie')) {
    const [sole = 'token'] = methods;
    const other = [only, method].find((one) => (one === 'token' || one === 'cookie') && one !== sole);
    if (other)
      problem('method', `${phrase} gives ${GIVES[sole]}, never ${GIVES[other as Method]}.${USE[sole]}`, 'conflict');
    return { method: sole, methodReason: `${phrase} gives ${GIVES[sole]}`, allowFallback: false };
  }
  if (only) return { method: only, methodReason: `the command is ${only}`, allowFallback: false };
  if (method === 'token' || method === 'cookie')
    return { method, methodReason: `set by ${wish?.from}`, allowFallback: false };
  const allowFallback = !found.has('refresh-token');
  if (found.has('client-secret')) return { method: 'token', methodReason: 'client-secret is set', allowFallback };
  return found.has('client-id')
    ? { method: 'token', methodReason: 'client-id is set without client-secret: a public client', allowFallback }
    : { method: 'cookie', methodReason: 'client-secret is not set', allowFallback: true };
}

/** The stronger of the two wins; two of the same strength must not differ. */
export function trackingUri(found: Map<Name, Found>, platform: string, allowHttp: boolean, problem: OnProblem): string {
  const uri = found.get('tracking-uri');
  const cluster = found.get('cluster');
  // What is only in the environment does not count, and need not even be an address, where something was given for this run.
  const useUri = uri && (uri.explicit || !cluster?.explicit);
  const useCluster = cluster && (cluster.explicit || !uri?.explicit);
  const direct = useUri && check.trackingUri(uri.value, allowHttp, problem);
  const named = useCluster && check.cluster(cluster.value, problem);
  const derived = named && `${platform}/clusters/${cluster.value}/mlflow`;
  if (!useUri) return derived || '';
  if (useCluster && direct && derived && direct !== derived) {
    const both = `${uri.from} and ${cluster.from}`;
    problem('tracking-uri', `contradicts cluster (${both} name different servers). Set only one of them.`, 'conflict');
  }
  return direct || '';
}

/** The CA, as text whichever way it was given. */
export function certificate(value: string, { readFile }: Sources, problem: OnProblem): Settings['ca'] {
  if (!value) return undefined;
  const file = value.includes('-----BEGIN') || fromBase64(value) ? undefined : value;
  const given = file === undefined ? value : check.readable('ca-cert', file, readFile, problem);
  if (given === undefined) return undefined;
  const decoded = fromBase64(given);
  const text = decoded ?? given;
  // The SDK reads no base64.
  const path = decoded === undefined ? file : undefined;
  const found = certificatesIn(text);
  // Text goes through variables, which are known to lose line breaks; the SDK gets a file as it is.
  const mended = path === undefined && !found.every(isCertificate) ? found.map(withLineBreaks) : found;
  const bad = mended.findIndex((one) => !isCertificate(one));
  if (text.includes('PRIVATE KEY')) problem('ca-cert', 'contains a private key: expected only certificates.');
  else if (found.length === 0)
    problem('ca-cert', 'contains no certificate: expected PEM (-----BEGIN CERTIFICATE-----) or base64.');
  else if (bad >= 0) problem('ca-cert', `certificate ${bad + 1} of ${found.length} is invalid: expected X.509 in PEM.`);
  return { pem: mended === found ? text : mended.join('\n'), path };
}

/** Whether there is a folder for a credential that is to be renewed; if not, a note says so. */
export function canRenew(found: Map<Name, Found>, { folder, login }: Needs, note: (text: string) => void): boolean {
  if (folder === 'always' || (folder === 'dir' && found.has('dir'))) return true;
  const how = folder === 'dir' ? 'set dir' : 'use env --dir, or exec';
  if (login === undefined) note(`renew has no effect without a directory to renew the credential in; ${how}`);
  return false;
}
