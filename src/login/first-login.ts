// A login from the start, for a token or for basic: by the way that the settings name, a file of ways/.

import type { LoginKind, Settings } from '../settings/types.js';
import type { Context } from './context.js';
import type { LoginWay, Made, TokenLogin } from './login-way.js';

const FILES: Record<LoginKind, () => Promise<{ way: LoginWay<Made> }>> = {
  platform: () => import(/* webpackMode: "eager" */ './ways/code.js'),
  dex: () => import(/* webpackMode: "eager" */ './ways/code.js'),
  'password-grant': () => import(/* webpackMode: "eager" */ './ways/password-grant.js'),
  implicit: () => import(/* webpackMode: "eager" */ './ways/implicit.js'),
  keyless: () => import(/* webpackMode: "eager" */ './ways/keyless.js'),
  'id-token': () => import(/* webpackMode: "eager" */ './ways/id-token.js'),
  'refresh-token': () => import(/* webpackMode: "eager" */ './ways/refresh-token.js'),
  'client-credentials': () => import(/* webpackMode: "eager" */ './ways/client-credentials.js'),
  'client-key': () => import(/* webpackMode: "eager" */ './ways/client-key.js'),
  'client-assertion': () => import(/* webpackMode: "eager" */ './ways/client-assertion.js'),
  'jwt-bearer': () => import(/* webpackMode: "eager" */ './ways/jwt-bearer.js'),
  'token-exchange': () => import(/* webpackMode: "eager" */ './ways/token-exchange.js'),
  bearer: () => import(/* webpackMode: "eager" */ './ways/bearer.js'),
  basic: () => import(/* webpackMode: "eager" */ './ways/basic.js'),
};

/** The file of a way. */
export const loginWay = async (login: LoginKind): Promise<LoginWay<Made>> => (await FILES[login]()).way;

/** Logs in as the settings name the way, whatever refresh token there is. @throws AuthError */
export async function firstLogin(context: Context, settings: Settings): Promise<TokenLogin<Made>> {
  return (await loginWay(settings.login)).login(context, settings);
}
