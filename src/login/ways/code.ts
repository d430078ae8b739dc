// The logins `platform` and `dex` for a token: an authorization code, for username and password.

import type { LoginWay } from '../login-way.js';
import { tokenMethod } from '../token-method.js';
import { withAudience } from '../with-audience.js';

export const way: LoginWay = {
  login: async (context, settings) => tokenMethod(context, await withAudience(context, settings)),
};
