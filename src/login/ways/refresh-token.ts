// The login `refresh-token`: nothing stands behind the refresh token where that is refused.

import type { LoginWay } from '../login-way.js';
import { refreshMethod } from '../refresh-method.js';

export const way: LoginWay = {
  async login(context, settings) {
    const { refreshToken } = settings;
    if (!refreshToken) throw new Error('no refresh token: log in again');
    return { credential: await refreshMethod(context, settings, refreshToken), repeated: false };
  },
};
