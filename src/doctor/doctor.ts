// The command doctor: looks at each layer in order and goes on where it can, so that the first ✗ is the one to mend.

import { trustedRoots } from '../http/trust.js';
import type { Context } from '../login/context.js';
import { openFor, proxyFor } from '../login/session.js';
import { overridesOf } from '../sdk/overrides.js';
import { readSettings } from '../settings/settings.js';
import { gather, type Sources } from '../settings/sources.js';
import { ROWS } from '../settings/table.js';
import type { Secrets } from '../util/secrets.js';
import { checkLogin, checkLoginApi, checkProxy } from './checks.js';
import { checkNetwork } from './network.js';
import { checkPython } from './python.js';
import type { Report } from './report.js';

export interface Options {
  /** Also log in, which sends the password once; a wrong one counts towards a lockout. */
  login: boolean;
  /** A Python interpreter to look at. */
  python: string | undefined;
}

/** Runs all checks. Nothing in the report is secret. */
export async function runDoctor(report: Report, sources: Sources, secrets: Secrets, options: Options): Promise<void> {
  const { env, readFile } = sources;
  const given = [...gather(sources, () => {})].filter(([, { from }]) => from !== 'default');
  const secret = (name: string) => ROWS.find((row) => row.name === name)?.secret === true;
  for (const [name, { value }] of given) {
    if (secret(name)) secrets.add(value);
    secrets.add(/\/\/[^/@]*:([^/@]+)@/.exec(value)?.[1] ?? '');
  }
  for (const [name, { value, from }] of given) {
    const plain = value.replace(/\/\/[^/@]*@/, '//***@');
    const shown = secret(name) ? 'set' : value.includes('-----BEGIN') ? 'PEM text' : plain;
    report.add({ layer: 'settings', ok: undefined, text: `${name}: ${shown} (${from})` });
  }
  const note = (text: string) => report.add({ layer: 'settings', ok: undefined, text });
  const settings = await report.check('settings', async () => {
    const read = readSettings(sources, { trackingUri: false, caPath: false, login: options.login }, secrets.add, note);
    return [`good, method ${read.method} (${read.methodReason})`, read];
  });
  if (options.python) await checkPython(report, options.python, env);
  if (!settings) return;
  if (settings.trackingUri) {
    const ours = env.MLFLOW_TRACKING_AUTH === 'mlflow-auth';
    for (const text of overridesOf(env, settings, readFile, ours))
      report.add({ layer: 'SDK settings', ok: false, text });
  }
  const ca = settings.ca && trustedRoots(settings.ca.pem);
  const insecure = settings.insecureTls;
  const reach = async (address: string) => {
    const { origin } = new URL(address);
    return checkNetwork(report, { url: new URL(origin), ca, insecure, proxy: proxyFor(origin) });
  };
  const platform = await reach(settings.platform);
  const elsewhere = settings.trackingUri !== '' && new URL(settings.trackingUri).origin !== settings.platform;
  const server = elsewhere ? await reach(settings.trackingUri) : platform;
  const tell = (text: string) => {
    const clock = text.includes("machine's clock");
    report.add({ layer: clock ? 'clock' : 'network', ok: clock ? false : undefined, text });
  };
  const { http, close } = await openFor(settings, secrets.add, tell);
  const context: Context = { http, mask: secrets.add, keep: undefined, step: (_, work) => work(), note, warn: note };
  try {
    if (platform) await checkLoginApi(report, context, settings);
    if (server) await checkProxy(report, context, settings);
    if (!platform || !server) return;
    if (options.login) await checkLogin(report, context, settings);
    else report.add({ layer: 'account', ok: undefined, text: 'not logged in; --login does it, once' });
  } finally {
    await close();
  }
}
