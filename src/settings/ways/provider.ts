// Ways to log in where oauth2-proxy has any OpenID provider, and not Dex.

import { elsewhere, isElsewhere, type Way } from './way.js';

const ANOTHER = 'requests another token';

/** A token from elsewhere, or one of the provider. */
export const PROVIDER_WAYS: readonly Way[] = [
  {
    login: 'bearer',
    phrase: 'a login with bearer',
    by: 'bearer',
    methods: ['token'],
    refreshToken: false,
    at: 'nowhere',
    client: [],
    requires: ['bearer'],
    auto: ({ has, from, cookie }) => (!cookie && has('bearer') ? `${from('bearer')} is set` : undefined),
    lines: [
      {
        name: '`bearer`',
        requires: '`bearer` or `bearer-file`: a token that the MLflow proxy accepts',
        gives: ['token'],
        renewal: 'reads the file for each request',
        tested: 'Ory Hydra 2.3.0',
        test: 'test/stack/providers/logins.test.ts',
      },
    ],
  },
  {
    login: 'client-assertion',
    phrase: 'a login with the ID token of the CI job as client assertion',
    by: 'id-token',
    methods: ['token'],
    refreshToken: false,
    at: 'provider',
    client: [],
    auto: (given) => {
      const { has, from, gitHub, cookie } = given;
      if (cookie || !isElsewhere(given)) return undefined;
      if (has('id-token')) return elsewhere(given, `${from('id-token')} is set`);
      const none = !has('client-secret') && !has('client-key') && !has('refresh-token');
      return none && gitHub ? elsewhere(given, 'the job may request ID tokens from GitHub') : undefined;
    },
    lines: [
      {
        name: '`client-assertion`',
        requires: 'the ID token of the CI job, and a client that trusts its issuer and subject; no secret',
        gives: ['token'],
        renewal: 'requests or reads another ID token',
        tested: 'Keycloak 26.7.3; Entra by its documents, not driven',
        test: 'test/keycloak/logins.test.ts',
      },
    ],
  },
  {
    login: 'client-key',
    phrase: 'a login with client-key',
    by: 'client',
    methods: ['token'],
    refreshToken: false,
    at: 'provider',
    requires: ['client-id', 'client-key'],
    client: ['client-key'],
    auto: ({ has, from, cookie }) => (!cookie && has('client-key') ? `${from('client-key')} is set` : undefined),
    lines: [
      {
        name: '`client-key`',
        requires: '`client-id`, `client-key`',
        gives: ['token'],
        renewal: ANOTHER,
        tested: 'Keycloak 26.7.3, Ory Hydra 2.3.0, oidc-provider 9.13.3; Okta and Auth0 by their documents, not driven',
        test: 'test/stack/providers/logins.test.ts',
      },
    ],
  },
  {
    login: 'client-credentials',
    phrase: 'a login with client-secret',
    by: 'client',
    methods: ['token'],
    refreshToken: false,
    at: 'provider',
    requires: ['client-id', 'client-secret'],
    client: ['client-secret'],
    auto: (given) => {
      const { has, from, cookie } = given;
      if (cookie || !isElsewhere(given) || !has('client-secret') || has('refresh-token')) return undefined;
      return elsewhere(given, `${from('client-secret')} is set`);
    },
    lines: [
      {
        name: '`client-credentials`',
        requires: '`client-id`, `client-secret`',
        gives: ['token'],
        renewal: ANOTHER,
        tested: 'Keycloak 26.7.3, Ory Hydra 2.3.0, oidc-provider 9.13.3; clouds by their documents, not driven',
        test: 'test/stack/providers/logins.test.ts',
      },
    ],
  },
  {
    login: 'jwt-bearer',
    phrase: 'a login with the ID token of the CI job as grant (RFC 7523)',
    by: 'id-token',
    methods: ['token'],
    refreshToken: false,
    at: 'provider',
    client: ['client-secret', 'client-key'],
    lines: [
      {
        name: '`jwt-bearer`',
        requires: 'the ID token of the CI job, `client-id`, mostly `client-secret` or `client-key`',
        gives: ['token'],
        renewal: 'requests or reads another ID token',
        tested: 'Ory Hydra 2.3.0; Zitadel by its documents, not driven',
        test: 'test/stack/providers/logins.test.ts',
      },
    ],
  },
  {
    login: 'token-exchange',
    phrase: 'a login with token exchange (RFC 8693)',
    by: 'id-token',
    orBearer: true,
    methods: ['token'],
    refreshToken: false,
    at: 'provider',
    requires: ['client-id'],
    client: ['client-secret', 'client-key'],
    lines: [
      {
        name: '`token-exchange`',
        requires: '`bearer` or the ID token of the CI job; `client-id`, mostly `client-secret` or `client-key`',
        gives: ['token'],
        renewal: 'requests another token, for the same one or for what is in its file by then',
        tested: 'Keycloak 26.7.3, for its own access tokens',
        test: 'test/keycloak/grants.test.ts',
      },
    ],
  },
];
