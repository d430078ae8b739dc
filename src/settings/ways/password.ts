// Ways to log in with username and password.

import type { Way } from './way.js';

const PASSWORD = '`username`, `password`';
const BY_REFRESH_TOKEN = 'refresh token, or password';

/** At the platform, at Dex, or at any OpenID provider. */
export const PASSWORD_WAYS: readonly Way[] = [
  {
    login: 'platform',
    phrase: 'a login at the platform',
    by: 'password',
    methods: ['token', 'cookie'],
    refreshToken: true,
    at: 'platform',
    auto: () => '',
    lines: [
      {
        name: '`platform`',
        requires: PASSWORD,
        gives: ['token', 'cookie'],
        renewal: BY_REFRESH_TOKEN,
        tested: "Alauda's login API in front of Dex 2.45.1",
        test: 'test/stack/token.test.ts',
      },
    ],
  },
  {
    login: 'dex',
    phrase: 'a login at the pages of Dex',
    by: 'password',
    methods: ['token', 'cookie'],
    refreshToken: true,
    at: 'dex',
    lines: [
      {
        name: '`dex`',
        requires: PASSWORD,
        gives: ['token', 'cookie'],
        renewal: BY_REFRESH_TOKEN,
        tested: 'pages of Dex 2.45.1: local accounts, approval, own themes',
        test: 'test/stack/dex-pages.test.ts',
      },
      {
        name: '`dex` with LDAP',
        requires: `${PASSWORD}, \`connector\``,
        gives: ['token', 'cookie'],
        renewal: BY_REFRESH_TOKEN,
        tested: 'Dex 2.45.1 with an LDAP server',
        test: 'test/stack/dex-pages.test.ts',
      },
      {
        name: '`dex` in Kubeflow',
        requires: PASSWORD,
        gives: ['cookie'],
        renewal: 'password',
        tested: "Dex 2.45.1 and oauth2-proxy 7.15.6 with Kubeflow's flags",
        test: 'test/stack/dex-pages.test.ts',
      },
      {
        name: '`dex` in Kubeflow before 1.9',
        requires: PASSWORD,
        gives: ['cookie'],
        renewal: 'password',
        tested: 'a mock of AuthService, made from its source',
        test: 'test/bundle/dex-pages.test.ts',
      },
    ],
  },
  {
    login: 'password-grant',
    phrase: 'a login with the password grant',
    by: 'password',
    methods: ['token'],
    refreshToken: true,
    at: 'any',
    requires: ['client-id'],
    client: ['client-secret', 'client-key'],
    lines: [
      {
        name: '`password-grant`',
        requires: `${PASSWORD}, \`client-id\`; \`oauth2.passwordConnector\` in Dex`,
        gives: ['token'],
        renewal: BY_REFRESH_TOKEN,
        tested: 'Dex 2.45.1: local accounts, LDAP',
        test: 'test/stack/other-logins.test.ts',
      },
      {
        name: '`password-grant` at Keycloak',
        requires: `${PASSWORD}, \`client-id\` with "Direct access grants"`,
        gives: ['token'],
        renewal: BY_REFRESH_TOKEN,
        tested: 'Keycloak 26.7.3; clouds by their documents, not driven',
        test: 'test/keycloak/grants.test.ts',
      },
    ],
  },
  {
    login: 'implicit',
    phrase: 'a login with the implicit flow',
    by: 'password',
    methods: ['token'],
    refreshToken: false,
    at: 'dex',
    client: [],
    lines: [
      {
        name: '`implicit`',
        requires: `${PASSWORD}, the \`client-id\` of the MLflow proxy; \`id_token\` in \`oauth2.responseTypes\` of Dex`,
        gives: ['token'],
        renewal: 'password',
        tested: "Dex 2.45.1, its pages and Alauda's login API",
        test: 'test/stack/other-logins.test.ts',
      },
    ],
  },
];
