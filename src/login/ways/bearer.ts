// The login `bearer`: a token that was made elsewhere, such as by the command line of a cloud, is the credential itself.

import type { LoginWay } from '../login-way.js';
import { bearerToken } from '../openid/bearer-token.js';

export const way: LoginWay = {
  async login(context, { bearer }) {
    if (!bearer) throw new Error('no bearer token: log in again');
    // Whoever made the token replaces the file, so it is read for each request.
    const file = bearer.kind === 'file' ? { file: bearer.path } : {};
    return { credential: { ...bearerToken(context, bearer), ...file }, repeated: false };
  },
};
