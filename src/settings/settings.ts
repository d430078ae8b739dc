// The settings of one run, checked: one message names all that is wrong, before any request.

import { errorMessage, UsageError } from '../errors/errors.js';
import { chooseLogin } from './choose-login.js';
import { crossCheck, fromEarlierLogin, type Reading } from './contradictions.js';
import { bearerSource, hasGitHubTokens, idTokenSource } from './id-token-source.js';
import { listOf } from './problems.js';
import { canRenew, certificate, chooseMethod, placeOf, placeOfAny, trackingUri } from './resolve.js';
import { runtimeCertificates } from './runtime-trust.js';
import { secretIn } from './secrets-in.js';
import { type Found, gather, howToGive, type Sources } from './sources.js';
import { type Name, ROWS } from './table.js';
import type { Needs, OnProblem, Problem, Settings } from './types.js';
import * as check from './validate.js';
import { isPasswordLogin, usesIdToken, wayOf } from './ways.js';

/** Nobody listens there: the code is read off the redirect. Dex takes it for each public client without redirect URIs. */
const PUBLIC_REDIRECT_URI = 'http://localhost/mlflow-auth';

/** A person logs in at the pages of Dex, or of another OpenID provider; no password is read. */
const BY_PERSON = { login: 'dex', loginReason: '', loginOpen: false } as const;

/**
 * Reads and checks all settings.
 * @param mask gets each secret, before anything else is done with it
 * @param note gets what is odd but allowed
 * @throws UsageError that lists everything that is missing, malformed or contradictory
 */
export function readSettings(
  sources: Sources,
  needs: Needs,
  mask: (secret: string) => void,
  note: (text: string) => void,
): Settings {
  const problems: Problem[] = [];
  const problem: OnProblem = (name, text, kind = 'invalid') => problems.push({ name, kind, text });
  const found = gather(sources);
  for (const { name, secret } of ROWS) {
    const value = found.get(name)?.value ?? '';
    if (secret) for (const part of name === 'client-key' ? secretIn(value) : [value]) if (part) mask(part);
  }
  if (hasGitHubTokens(sources.env)) mask(sources.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? '');
  for (const [name, { error }] of found) {
    // The first login makes the file.
    const first =
      needs.newRefreshToken && name === 'refresh-token' && (error as NodeJS.ErrnoException)?.code === 'ENOENT';
    if (error && !first) problem(name, `cannot read its file: ${errorMessage(error)}`, 'unreadable');
  }
  for (const text of fromEarlierLogin(found, sources)) note(text);
  const reading = { found, sources, needs, problem, note };
  const settings = validate(reading);
  crossCheck(settings, reading);
  if (problems.length > 0) throw new UsageError(listOf(problems, found, sources));
  if (settings.password !== settings.password.trim())
    note('the password begins or ends with whitespace, which is sent as part of it');
  return Object.freeze(settings);
}

/** Checks each value by itself. One that is missing or wrong is reported, and stands as '' or as it is. */
function validate({ found, sources, needs, problem, note }: Reading): Settings {
  for (const row of ROWS) check.expansion(row, found.get(row.name), problem, note);
  const text = (name: Name) => found.get(name)?.value ?? '';
  const flag = (name: Name) => check.boolean(name, text(name), problem);
  const required = (name: Name, always = needs.login !== false, or = '') => {
    if (always && !found.has(name)) problem(name, `required; set ${howToGive(name, sources.caller)}.${or}`, 'missing');
    return text(name);
  };

  const allowHttp = flag('allow-http');
  const cookie = needs.method === 'cookie' || text('method').toLowerCase() === 'cookie';
  const { login, loginReason, loginOpen } = needs.person ? BY_PERSON : chooseLogin(found, sources.env, cookie, problem);
  const { refreshToken, requires = [], client = [], orBearer = false } = wayOf(login);
  const at = needs.person ? placeOfAny(found) : placeOf(login, found);
  const bearer = login === 'bearer' || orBearer ? bearerSource(found) : undefined;
  const idToken = usesIdToken(login) && !bearer ? idTokenSource(found, sources.env, at === 'provider') : undefined;
  const dexUrl = text('dex-url') && check.dexUrl(text('dex-url'), allowHttp, problem);
  const elsewhere = at === 'nowhere' || at === 'provider' || (at === 'dex' && dexUrl !== '');
  const address = required(
    'platform-address',
    !elsewhere || (found.has('cluster') && !found.has('tracking-uri')),
    needs.person ? '' : withIssuer(found, login),
  );
  const platform = address && check.platformAddress(address, allowHttp, problem);
  const { method, methodReason, allowFallback } = chooseMethod(found, login, needs.method, problem);
  const verify = flag('verify');
  const proxy = flag('proxy');
  // Only GitHub gives another token for the one that is used as it is; a file is read for each request.
  const renewable = at !== 'nowhere' || idToken?.kind === 'github';
  const renew = renewable && (needs.renew === true || (flag('renew') && canRenew(found, needs, note)) || proxy);
  if (login === 'basic' && flag('renew')) note('renew has no effect with basic: a password does not expire');
  const password =
    needs.login !== false && !needs.person && isPasswordLogin(login) && !(method === 'token' && text('refresh-token'));
  const isPublic =
    method === 'token' && (at === 'platform' || at === 'dex') && login !== 'implicit' && !found.has('client-secret');
  const refreshTokenFile = found.get('refresh-token')?.path;
  const insecureTls = flag('insecure-tls');
  const ofProvider = at === 'provider';
  const scopes = ofProvider
    ? check.list(found.get('scopes')?.from === 'default' ? '' : text('scopes'))
    : check.scopes(text('scopes'), problem);
  for (const name of requires) if (name !== 'client-id') required(name);
  return {
    platform,
    dexUrl: dexUrl || `${platform}/dex`,
    trackingUri: trackingUri(found, platform, allowHttp, problem),
    workspace: check.workspace(text('workspace'), problem),
    username: check.plain('username', required('username', password), problem),
    password: required('password', password),
    clientId: check.plain(
      'client-id',
      method === 'token' && (needs.person || at === 'platform' || at === 'dex' || requires.includes('client-id'))
        ? required('client-id')
        : required('client-id', ofProvider && client.some((name) => found.has(name))),
      problem,
    ),
    clientSecret: text('client-secret'),
    audience: check.plain('audience', text('audience'), problem),
    issuer: text('issuer') && check.issuer(text('issuer'), allowHttp, problem),
    clientKey: ofProvider && client.includes('client-key') ? check.privateKey(text('client-key'), problem) : '',
    clientAuth: check.clientAuth(text('client-auth'), problem),
    assertionAudience: check.plain('assertion-audience', text('assertion-audience'), problem),
    resource: check.plain('resource', text('resource'), problem),
    bearer,
    login,
    at,
    loginReason,
    loginOpen,
    idToken,
    refreshToken: text('refresh-token'),
    refreshTokenFile: refreshTokenFile === '-' ? undefined : refreshTokenFile,
    renew,
    method,
    methodReason,
    allowFallback,
    connector: check.plain('connector', text('connector'), problem),
    namedConnector: found.get('connector')?.from === 'default' ? undefined : text('connector'),
    // At Dex, each login with offline_access ends the account's refresh token of before, so only what renews requests one.
    scopes: renew && refreshToken && !ofProvider ? check.withOfflineAccess(scopes) : scopes,
    redirectUri: check.redirectUri(
      text('redirect-uri') || (isPublic ? PUBLIC_REDIRECT_URI : `${platform}/oauth2/callback`),
      problem,
    ),
    cookieName: check.cookieName(text('cookie-name'), problem),
    dir: text('dir') || undefined,
    ca:
      certificate(text('ca-cert'), sources, problem) ?? (insecureTls ? undefined : runtimeCertificates(sources, note)),
    insecureTls,
    allowBase64Password: flag('allow-base64-password'),
    verify,
    timeout: check.seconds('timeout', text('timeout'), problem),
    proxy,
    exportEnv: flag('export-env'),
    maskWorkspace: flag('mask-workspace'),
  };
}

/** What else a login without an address of the platform can mean. */
function withIssuer(found: Map<Name, Found>, login: Settings['login']): string {
  if (!isPasswordLogin(login)) return '';
  if (found.has('issuer')) return ' Or set login to password-grant, which sends the password to issuer.';
  const none = !found.has('username') && !found.has('password');
  return none && found.has('client-id') && found.has('tracking-uri')
    ? ' Or set issuer, if mlflow-auth login logged in at an OpenID provider: the stored login is found by that.'
    : '';
}
