// What is wrong, or odd, only in view of several settings, or of what a command needs.

import { howToGetIdToken, INVALID_REQUEST_URL, isPrivate } from './id-token-source.js';
import type { Found, Sources } from './sources.js';
import type { Name } from './table.js';
import type { Needs, OnProblem, Settings } from './types.js';
import * as check from './validate.js';
import { usesIdToken, wayOf } from './ways.js';

/** What the checks work on, and where they report what they find. */
export interface Reading {
  found: Map<Name, Found>;
  sources: Sources;
  needs: Needs;
  problem: OnProblem;
  note: (text: string) => void;
}

/** What an earlier login handed over, by the variable that only a login sets, and this one takes for want of a setting. */
export function fromEarlierLogin(found: Map<Name, Found>, { env }: Sources): string[] {
  if (!env.MLFLOW_AUTH_CREDENTIAL_FILE) return [];
  const taken = (['tracking-uri', 'workspace', 'insecure-tls'] as const).flatMap((name) => {
    const one = found.get(name);
    const used = one && !one.explicit && one.from !== 'default';
    return used && !(name === 'tracking-uri' && found.get('cluster')?.explicit) ? [{ name, from: one.from }] : [];
  });
  return taken.map(
    ({ name, from }) => `${name} is taken from ${from}, which a previous login set; set ${name} if it must differ`,
  );
}

/** What is wrong only in view of other settings, or of what the command needs. */
export function crossCheck(settings: Settings, { found, sources, needs, problem }: Reading): void {
  const { at, ca, dir, insecureTls, method, verify, login, idToken, bearer } = settings;
  const { phrase, refreshToken, orBearer } = wayOf(login);
  if (usesIdToken(login) && !idToken && !bearer && needs.login !== false)
    problem(
      'id-token',
      `${howToGetIdToken(sources.env)}${orBearer ? ' Or set bearer-file or bearer.' : ''}`,
      'missing',
    );
  if (idToken?.kind === 'github' && !isPrivate(idToken.url)) problem('id-token', INVALID_REQUEST_URL, 'conflict');
  if (login === 'keyless' && found.get('connector')?.from === 'default')
    problem(
      'connector',
      'a keyless login requires the ID of the Dex connector for ID tokens of the CI system.',
      'missing',
    );
  if (at === 'provider' && !settings.issuer && !settings.trackingUri && needs.login !== false)
    problem('issuer', 'required without a tracking URI, whose proxy names it otherwise.', 'missing');
  if (at === 'provider' && !refreshToken && settings.refreshToken)
    problem('refresh-token', `${phrase} uses no refresh token; it requests another token.`, 'conflict');
  if (!refreshToken && needs.newRefreshToken && !settings.refreshToken && login !== 'basic')
    problem('login', `${phrase} gives no refresh token; use the command token.`, 'conflict');
  // The file of the command refresh need not be there yet.
  if (login === 'refresh-token' && found.has('refresh-token') && !settings.refreshToken && needs.login !== false)
    problem('refresh-token', 'there is none yet: log in first, or set login to password-grant.', 'missing');
  if (login === 'basic') check.basicLogin(settings.username, settings.password, problem);
  if ((login === 'bearer' || login === 'basic') && settings.refreshToken)
    problem('refresh-token', `${phrase} uses no refresh token. Set only one of them.`, 'conflict');
  // A workflow cannot unset it, and the SDK asks the auth provider before it looks at username and password.
  if (login === 'basic' && sources.caller === 'action' && settings.exportEnv && !settings.proxy)
    if (sources.env.MLFLOW_TRACKING_AUTH === 'mlflow-auth')
      problem(
        'login',
        'an earlier login of this job set MLFLOW_TRACKING_AUTH, so later steps would not use basic. Log in with basic in another job, or set export-env to false.',
        'conflict',
      );
  if (needs.person && needs.login !== false && found.get('login')?.value.toLowerCase() === 'basic')
    problem('login', 'with basic, no person logs in: use env, exec or proxy with username and password.', 'conflict');
  if (ca && insecureTls) {
    const from = `${found.get('ca-cert')?.from} and ${found.get('insecure-tls')?.from}`;
    problem('ca-cert', `contradicts insecure-tls (${from}). Set only one of them.`, 'conflict');
  }
  if (needs.caPath && !dir && ca && ca.path === undefined && !ca.implied) {
    problem('ca-cert', 'is set as text, but the SDK requires a file. Set it to the path of a PEM file, or set dir.');
  }
  const located = found.has('cluster') || found.has('tracking-uri');
  const always = needs.trackingUri || (method !== 'token' && needs.login !== false);
  if (!located && (always || (verify && needs.login !== false))) {
    const why = always ? '' : ', or set verify to false';
    problem('cluster', `set cluster (CLUSTER) or tracking-uri (MLFLOW_TRACKING_URI)${why}.`, 'missing');
  }
}
