// The checks of the login API, of oauth2-proxy and of MLflow, first without logging in, then, on request, with.

import { AuthError, hasSymptom } from '../errors/errors.js';
import { responseError } from '../http/response.js';
import { authorize } from '../login/alauda/authorize.js';
import { listConnectors } from '../login/alauda/connectors.js';
import { fetchLoginKey, sizeOf as sizeOfKey } from '../login/alauda/public-key.js';
import type { Context } from '../login/context.js';
import { cookieMethod } from '../login/cookie-method.js';
import type { Credential } from '../login/credential.js';
import { decodeClaims } from '../login/dex/claims.js';
import { requestDiscovery } from '../login/discovery.js';
import { firstLogin, loginWay } from '../login/first-login.js';
import { checkAuthorizationRequest } from '../login/oauth2-proxy/authorization-request.js';
import { sizeOf } from '../login/oauth2-proxy/credential-size.js';
import { startProxyLogin } from '../login/oauth2-proxy/start.js';
import { askServerInfo } from '../login/server-info.js';
import { authorizationRequest } from '../login/token-method.js';
import { isTokenUnwanted, verify } from '../login/verify.js';
import type { Settings } from '../settings/types.js';
import { isOfProvider, isPasswordLogin, wayOf } from '../settings/ways.js';
import type { Report } from './report.js';

/** What can be found out without a password: API, key, connectors, client, redirect URI. */
export async function checkLoginApi(report: Report, { http }: Context, settings: Settings): Promise<void> {
  const { platform, connector, clientId } = settings;
  await report.check('login API', async () => {
    const key = await fetchLoginKey(http, platform, true);
    const bits = key ? await sizeOfKey(key.key) : 0;
    return [key ? `${platform} responds, its key has ${bits} bits` : `${platform} has no public key (404)`, true];
  });
  await report.check('Dex', async () => {
    const { ids, tried } = await listConnectors(http, platform, true);
    if (ids.length === 0) return ['the platform lists no connectors', true];
    if (ids.includes(connector)) return [`connector ${connector} is one of ${ids.join(', ')}`, true];
    const facts = { connector, ids: ids.join(', ') };
    throw new AuthError({ request: 'connectors', tried, diagnosis: { id: 'connector', facts } });
  });
  if (!clientId) return;
  await report.check('Dex', async () => {
    const { query } = await authorizationRequest(settings);
    await authorize(http, platform, query.toString(), true);
    return [`client ${clientId} may use ${settings.redirectUri} and the scopes ${settings.scopes}`, true];
  });
}

/** What Dex says of itself (OpenID Connect Discovery, 4). */
export async function checkDexPages(report: Report, { http }: Context, { dexUrl }: Settings): Promise<void> {
  await report.check('Dex', async () => {
    const { answer, document } = await requestDiscovery(http, dexUrl, 'discovery');
    if (typeof document?.issuer !== 'string') throw responseError(answer, 'discovery');
    return [`Dex responds at ${dexUrl}, its issuer is ${document.issuer}`, true];
  });
}

/** Whether Dex supports the login, as far as it tells. */
export async function checkSupport(report: Report, context: Context, settings: Settings): Promise<void> {
  const { probe } = await loginWay(settings.login);
  if (!probe || settings.at === 'provider') return;
  await report.check('Dex', async () => {
    await probe(context, settings);
    return [`${settings.dexUrl} supports ${wayOf(settings.login).phrase}`, true];
  });
}

/** What oauth2-proxy tells of itself in its own redirect to the login. */
export async function checkProxy(report: Report, { http }: Context, settings: Settings): Promise<void> {
  if (!settings.trackingUri) return;
  const client = await report.check('oauth2-proxy', async () => {
    const login = await startProxyLogin(http, settings.trackingUri, true);
    if (settings.method === 'cookie') await checkAuthorizationRequest(http, login, settings);
    const query = new URLSearchParams(login.query);
    const pkce = query.get('code_challenge_method') ?? 'no PKCE';
    return [`${settings.trackingUri} logs in as client ${query.get('client_id')} (${pkce})`, query.get('client_id')];
  });
  if (!client || !settings.clientId || settings.method !== 'token') return;
  // A public client's token names that of oauth2-proxy as audience, and so must that of a client at another provider.
  if (!settings.clientSecret || isOfProvider(settings)) return;
  const same = client === settings.clientId;
  report.add({
    layer: 'oauth2-proxy',
    ok: same,
    text: same
      ? 'client ID matches, as the token method requires'
      : `its client ID is ${client}, client-id is ${settings.clientId}`,
    ...(same ? {} : { advice: `Set client-id to ${client}, or have it added with --oidc-extra-audience.` }),
  });
}

/** Logs in by the method of the settings, once, and by the cookie too where a good token is not wanted. */
export async function checkLogin(report: Report, context: Context, settings: Settings): Promise<void> {
  const { login, username, password } = settings;
  if (login === 'refresh-token' || (isPasswordLogin(login) && (!username || !password))) {
    const text = 'not logged in: doctor does not use the refresh token; set username and password';
    report.add({ layer: 'account', ok: undefined, text });
    return;
  }
  const unwanted = await checkMethod(report, context, settings, settings.method);
  if (unwanted && settings.allowFallback) await checkMethod(report, context, settings, 'cookie');
}

/** Logs in and tries the credential. @returns whether oauth2-proxy rejects a token that is good in itself, or the token method lacks the client secret */
async function checkMethod(
  report: Report,
  context: Context,
  settings: Settings,
  method: Settings['method'],
): Promise<boolean> {
  let unwanted = false;
  const credential = await report.check('account', async () => {
    const login = async () =>
      method === 'cookie' ? cookieMethod(context, settings) : (await firstLogin(context, settings)).credential;
    const made = await login().catch((error) => {
      // Nothing was sent yet.
      unwanted = hasSymptom(error, 'client-secret-missing');
      throw error;
    });
    return [`logged in as ${made.identity || settings.username} by the ${method} method`, made];
  });
  if (!credential) return unwanted;
  describe(report, credential, isOfProvider(settings));
  if (!settings.trackingUri) return false;
  await report.check('MLflow', async () => {
    const { identity, groups } = await verify(context, settings, credential).catch((error) => {
      unwanted = isTokenUnwanted(error);
      throw error;
    });
    const owner = `${identity || settings.username} (${groups ?? 'unknown'} groups)`;
    const where = settings.workspace ? `the workspace ${settings.workspace} is open` : 'MLflow responds';
    return [`oauth2-proxy accepts the ${method} of ${owner}, and ${where}`, true];
  });
  if (unwanted) return true;
  await checkWorkspaces(report, context, settings, credential);
  return false;
}

/** Whether MLflow has workspaces. */
export async function checkWorkspaces(
  report: Report,
  { http }: Context,
  { trackingUri }: Settings,
  credential: Credential,
): Promise<void> {
  await report.check('MLflow', async () => {
    const { answer, info } = await askServerInfo(http, trackingUri, credential);
    if (answer.status !== 200 && answer.status !== 404) throw responseError(answer, 'mlflow');
    return [`workspaces are ${info?.workspaces_enabled === true ? 'enabled' : 'not enabled'}`, true];
  });
}

/** Claims of a token, size of a cookie, and when it ends. Nothing that could be used to log in. */
function describe(report: Report, credential: Credential, ofProvider: boolean): void {
  const until = `valid until ${credential.expiresAt?.toISOString() ?? 'an unknown time'}`;
  const { bytes, chunks, advice } = sizeOf(credential);
  if (credential.method !== 'token') {
    const text = `session cookie of ${bytes} bytes in ${chunks} part${chunks > 1 ? 's' : ''}, ${until}`;
    report.add({ layer: 'oauth2-proxy', ok: !advice, text, ...(advice ? { advice } : {}) });
    return;
  }
  const { iss, aud, email_verified } = decodeClaims(credential.token) ?? {};
  // Dex names no address that is not verified.
  const verified = ofProvider && email_verified !== undefined ? `, email_verified ${email_verified}` : '';
  const text = `token from ${iss} for ${[aud].flat().join(', ')}${verified}, ${bytes} bytes, ${until}`;
  report.add({ layer: ofProvider ? 'OpenID provider' : 'Dex', ok: !advice, text, ...(advice ? { advice } : {}) });
}
