// The way to log in with a refresh token alone, where oauth2-proxy has any OpenID provider.

import { isElsewhere, namesDex, type Way } from './way.js';

/** In addition to it, each login with a password at Dex begins with a refresh token, if one is set. */
export const REFRESH_WAYS: readonly Way[] = [
  {
    login: 'refresh-token',
    phrase: 'a login with refresh-token',
    by: 'refresh-token',
    methods: ['token'],
    refreshToken: true,
    at: 'any',
    requires: ['refresh-token', 'client-id'],
    client: ['client-secret', 'client-key'],
    // It comes first, since whoever sets one has logged in already; where Dex is named, a password may stand behind it.
    auto: (given) => {
      const { has, from, cookie } = given;
      if (cookie || !has('refresh-token') || !(has('issuer') || has('tracking-uri'))) return undefined;
      if (namesDex(given) && !isElsewhere(given)) return undefined;
      return has('issuer')
        ? `${from('issuer')} and ${from('refresh-token')} are set`
        : `${from('refresh-token')} is set`;
    },
    lines: [
      {
        name: 'refresh token',
        requires: '`refresh-token` or `refresh-token-file`, `client-id`',
        gives: ['token'],
        renewal: 'by itself',
        tested: 'Dex 2.45.1, Keycloak 26.7.3, oidc-provider 9.13.3',
        test: 'test/keycloak/grants.test.ts',
      },
    ],
  },
];
