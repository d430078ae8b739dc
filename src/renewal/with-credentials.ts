// What a renewal takes from its environment and from files, in addition to what the login has kept.

import { bearerSource, sourceOfRenewal } from '../settings/id-token-source.js';
import { gather, type Sources } from '../settings/sources.js';
import type { Settings } from '../settings/types.js';
import { isClientLogin, usesIdToken } from '../settings/ways.js';

/** What is in the environment alone, where the state has none: user name and password, or the ID token of the CI job. @throws Error where that is missing */
export function withCredentials(settings: Settings, sources: Sources): Settings {
  const found = gather(sources);
  if (settings.bearer) return { ...settings, bearer: bearerOfRenewal(settings, found) };
  if (usesIdToken(settings.login)) {
    const idToken = sourceOfRenewal(settings.idToken, found, sources.env);
    if (idToken || settings.refreshToken) return { ...settings, idToken };
    throw new Error('no ID token of the CI job in the environment: log in again');
  }
  // The way by a refresh token alone says itself where it has none.
  if (settings.password || isClientLogin(settings.login) || settings.login === 'refresh-token') return settings;
  if (settings.login === 'basic')
    throw new Error(
      'MLflow rejects username and password, which it accepted before: they are not sent again. Log in again',
    );
  const username = found.get('username')?.value ?? '';
  const password = found.get('password')?.value ?? '';
  if (!settings.refreshToken && !(username && password)) {
    throw new Error('no refresh token, and no username and password in the environment: log in again');
  }
  return { ...settings, username, password };
}

/** A file as it is by then; one that was given as it is can be exchanged again, and renewed in no other way. @throws Error */
function bearerOfRenewal({ bearer, login }: Settings, found: ReturnType<typeof gather>): Settings['bearer'] {
  if (bearer?.kind === 'file') return bearer;
  const now = login === 'bearer' ? undefined : bearerSource(found);
  if (now?.kind === 'given') return now;
  throw new Error('the bearer token was given as it is: log in again, with bearer-file if a program replaces it');
}
