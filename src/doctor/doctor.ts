// The command doctor: looks at each layer in order and goes on where it can, so that the first ✗ is the one to mend.

import { setConnectDefaults } from '../http/globals.js';
import { proxyFor } from '../http/http-proxy.js';
import { hasOnlyPages } from '../login/authenticate.js';
import type { Context } from '../login/context.js';
import { openFor } from '../login/session.js';
import { overridesOf } from '../sdk/overrides.js';
import { readSettings } from '../settings/settings.js';
import type { Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import { usesIdToken } from '../settings/ways.js';
import type { Env } from '../util/env.js';
import type { Secrets } from '../util/secrets.js';
import { checkBasic, checkBasicLogin } from './basic.js';
import { checkDexPages, checkLogin, checkLoginApi, checkProxy, checkSupport } from './checks.js';
import { listSettings } from './given-settings.js';
import { checkKeyless } from './keyless.js';
import { checkNetwork } from './network.js';
import { checkProvider } from './provider.js';
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
  listSettings(report, sources, secrets);
  const settings = await report.check('settings', async () => {
    const read = readSettings(sources, { login: options.login }, secrets.add, noteIn(report, 'settings'));
    for (const address of [read.platform, read.trackingUri]) if (address) proxyFor(address);
    const kind = read.loginReason && `, login ${read.login} (${read.loginReason})`;
    return [`OK${kind}, method ${read.method} (${read.methodReason})`, read];
  });
  if (options.python) await checkPython(report, options.python, sources.env);
  if (!settings) return;
  checkOverrides(report, settings, sources);
  const reached = await checkNetworks(report, settings);
  await checkServers(report, settings, secrets, reached, options.login, sources.env);
}

const noteIn = (report: Report, layer: 'settings' | 'network') => (text: string) =>
  report.add({ layer, ok: undefined, text });

/** What in the environment makes the SDK use something else than the credential. */
function checkOverrides(report: Report, settings: Settings, { env, readFile }: Sources): void {
  if (!settings.trackingUri) return;
  const own = env.MLFLOW_TRACKING_AUTH === 'mlflow-auth';
  for (const text of overridesOf(env, settings, readFile, own && settings.method !== 'basic'))
    report.add({ layer: 'SDK settings', ok: false, text });
}

/** Whether HTTP can be tried: at the platform, and at the tracking server. */
interface Reached {
  platform: boolean;
  server: boolean;
}

async function checkNetworks(report: Report, settings: Settings): Promise<Reached> {
  const ca = settings.ca?.pem;
  const reach = (address: string) => {
    const { origin } = new URL(address);
    return checkNetwork(report, { url: new URL(origin), ca, insecure: settings.insecureTls, proxy: proxyFor(origin) });
  };
  setConnectDefaults();
  // Where the login goes: for an ID token that is used as it is, nowhere.
  const { at } = settings;
  // An OpenID provider that oauth2-proxy names is not known yet.
  const beginning = at === 'platform' ? settings.platform : at === 'provider' ? settings.issuer : settings.dexUrl;
  const known = at !== 'nowhere' && beginning !== '';
  const origin = known ? new URL(beginning).origin : '';
  const platform = !known || (await reach(origin));
  const tracking = settings.trackingUri && new URL(settings.trackingUri).origin;
  const elsewhere = tracking && tracking !== origin;
  return { platform, server: elsewhere ? await reach(settings.trackingUri) : platform };
}

async function checkServers(
  report: Report,
  settings: Settings,
  secrets: Secrets,
  { platform, server }: Reached,
  login: boolean,
  env: Env,
): Promise<void> {
  const note = noteIn(report, 'settings');
  const { http, close } = await openFor(settings, {
    mask: secrets.add,
    note: noteIn(report, 'network'),
    clockDiffers: (text) => report.add({ layer: 'clock', ok: false, text }),
  });
  const context: Context = { http, mask: secrets.add, keep: undefined, step: (_, work) => work(), note, warn: note };
  try {
    const pages = settings.login === 'dex' || (platform && (await hasOnlyPages(context, settings)));
    if (platform && pages) await checkDexPages(report, context, settings);
    else if (platform && settings.login === 'platform') await checkLoginApi(report, context, settings);
    if (platform && settings.at === 'provider') await checkProvider(report, context, settings);
    if (settings.login === 'basic') {
      if (server) await checkBasic(report, context, settings);
    } else {
      if (platform && usesIdToken(settings.login) && !settings.bearer)
        await checkKeyless(report, context, settings, env);
      else if (platform) await checkSupport(report, context, settings);
      if (server) await checkProxy(report, context, settings);
    }
    if (!platform || !server) return;
    if (login) await (settings.login === 'basic' ? checkBasicLogin : checkLogin)(report, context, settings);
    else report.add({ layer: 'account', ok: undefined, text: 'login skipped; --login logs in once' });
  } finally {
    close();
  }
}
