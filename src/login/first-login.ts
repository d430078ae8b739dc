// A login from the start, by whichever way the settings name.

import type { Settings } from '../settings/types.js';
import type { Context } from './context.js';
import { type TokenLogin, tokenMethod } from './token-method.js';
import { withAudience } from './with-audience.js';

/** Logs in for a token, without a refresh token. @throws AuthError */
export async function firstLogin(context: Context, settings: Settings): Promise<TokenLogin> {
  switch (settings.login) {
    case 'platform':
    case 'dex':
      return tokenMethod(context, await withAudience(context, settings));
    case 'keyless': {
      const { keylessLogin } = await import(/* webpackMode: "eager" */ './keyless/exchange.js');
      return { credential: await keylessLogin(context, settings), repeated: false };
    }
    case 'id-token': {
      const { idTokenLogin } = await import(/* webpackMode: "eager" */ './keyless/id-token.js');
      return { credential: await idTokenLogin(context, settings), repeated: false };
    }
  }
}
