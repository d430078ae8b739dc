// The ways to log in, one row each: what each requires, and what the documents' table says of it. src/login/ways/ has a
// file for each.

import type { Name } from './table.js';
import type { LoginKind } from './types.js';

/** A line of the documents' table. */
export interface Line {
  /** The value of `login`, or a name. */
  name: string;
  requires: string;
  /** Whether it gives a token, and a session cookie. */
  gives: readonly ('token' | 'cookie')[];
  renewal: string;
  /** The servers, and the test that drives them. */
  tested: string;
  test: string;
}

/** One way to log in. */
export interface Way {
  login: LoginKind;
  /** In messages. */
  phrase: string;
  /** What shows who logs in. */
  by: 'password' | 'id-token' | 'client' | 'bearer';
  methods: readonly ('token' | 'cookie')[];
  /** Whether the server gives a refresh token for it. */
  refreshToken: boolean;
  /**
   * The server at which the login begins: the platform, Dex, the OpenID provider of oauth2-proxy whatever that is, or
   * nowhere where what is given is the credential already.
   */
  at: 'platform' | 'dex' | 'provider' | 'nowhere';
  /** Settings that it requires in addition to what shows who logs in, and what it does with the secrets of the client. */
  requires?: readonly Name[];
  client?: readonly ('client-secret' | 'client-key')[];
  /** Why `auto` chooses it, which takes the first of the rows that gives a reason; '' for the one that needs none. */
  auto?: (given: Given) => string | undefined;
  lines: readonly Line[];
}

/** What the choice of a way depends on. */
export interface Given {
  has: (name: Name) => boolean;
  /** Where a setting comes from. */
  from: (name: Name) => string | undefined;
  /** The job may request ID tokens from GitHub. */
  gitHub: boolean;
  /** The credential must be a cookie. */
  cookie: boolean;
}

const PASSWORD = '`username`, `password`';
const BY_REFRESH_TOKEN = 'refresh token, or password';

const ANOTHER = 'requests another token';

/** What has no Dex: an issuer is named, and no username or password. */
const isElsewhere = ({ has }: Given) => has('issuer') && !has('username') && !has('password');

/** In the order in which `auto` looks at them. */
export const WAYS: readonly Way[] = [
  {
    login: 'keyless',
    phrase: 'a keyless login',
    by: 'id-token',
    methods: ['token'],
    refreshToken: false,
    at: 'dex',
    // A password that is given is never passed over for GitHub's variables, which a job may have for other purposes.
    auto: (given) => {
      const { has, from, gitHub, cookie } = given;
      if (cookie || has('bearer') || isElsewhere(given)) return undefined;
      if (has('id-token')) return `${from('id-token')} is set`;
      const none = (['username', 'password', 'refresh-token', 'client-key'] as const).every((name) => !has(name));
      return none && gitHub ? 'no password is set, and the job may request ID tokens from GitHub' : undefined;
    },
    lines: [
      {
        name: '`keyless`',
        requires: '`id-token`, `id-token-file`, or `id-token: write` on GitHub; `client-id`, `connector`',
        gives: ['token'],
        renewal: 'requests or reads another ID token',
        tested: "Dex 2.45.1 with issuers of GitHub's and Kubernetes' shape",
        test: 'test/stack/keyless.test.ts',
      },
    ],
  },
  {
    login: 'id-token',
    phrase: 'a login with id-token',
    by: 'id-token',
    methods: ['token'],
    refreshToken: false,
    at: 'nowhere',
    lines: [
      {
        name: '`id-token`',
        requires: 'the same ID token, and servers that trust its issuer',
        gives: ['token'],
        renewal: 'reads the file for each request, or requests another ID token',
        tested: 'oauth2-proxy 7.15.6 with `--extra-jwt-issuers`',
        test: 'test/stack/keyless.test.ts',
      },
    ],
  },
  {
    login: 'bearer',
    phrase: 'a login with bearer',
    by: 'bearer',
    methods: ['token'],
    refreshToken: false,
    at: 'nowhere',
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
      if (has('id-token')) return `${from('issuer')} and ${from('id-token')} are set`;
      const none = !has('client-secret') && !has('client-key') && !has('refresh-token');
      return none && gitHub ? `${from('issuer')} is set, and the job may request ID tokens from GitHub` : undefined;
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
      return `${from('issuer')} and ${from('client-secret')} are set`;
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
    at: 'dex',
    lines: [
      {
        name: '`password-grant`',
        requires: `${PASSWORD}, \`client-id\`; \`oauth2.passwordConnector\` in Dex`,
        gives: ['token'],
        renewal: BY_REFRESH_TOKEN,
        tested: 'Dex 2.45.1: local accounts, LDAP',
        test: 'test/stack/other-logins.test.ts',
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

/** What is no value of `login`. */
export const OTHER_LINES: readonly Line[] = [
  {
    name: 'refresh token',
    requires: '`refresh-token` or `refresh-token-file`',
    gives: ['token'],
    renewal: 'by itself',
    tested: 'Dex 2.45.1',
    test: 'test/stack/renewal.test.ts',
  },
  {
    name: '[`login`](docs/logins.md#people-at-a-terminal) by a code',
    requires: 'a person, any browser, a public `client-id`',
    gives: ['token'],
    renewal: 'refresh token',
    tested: "Dex 2.45.1 with Chromium, and Kubeflow's flags",
    test: 'test/stack/people.test.ts',
  },
  {
    name: '`login --browser`',
    requires: 'a person, a browser on the same machine, a public `client-id`',
    gives: ['token'],
    renewal: 'refresh token',
    tested: "Dex 2.45.1 with Chromium, and Kubeflow's flags",
    test: 'test/stack/people.test.ts',
  },
];

/** The row of a way. */
export function wayOf(login: LoginKind): Way {
  const way = WAYS.find((one) => one.login === login);
  if (!way) throw new Error(`no way to log in is called ${login}`);
  return way;
}

/** Whether username and password are sent, at whichever page or API. */
export const isPasswordLogin = (login: LoginKind): boolean => wayOf(login).by === 'password';

/** Whether it goes by the ID token of a CI job. */
export const usesIdToken = (login: LoginKind): boolean => wayOf(login).by === 'id-token';

/** Whether the client itself logs in, with its secret or its key. */
export const isClientLogin = (login: LoginKind): boolean => wayOf(login).by === 'client';

/** Whether the token comes from an OpenID provider of any kind, and not from Dex alone. */
export const isOfProvider = (login: LoginKind): boolean => wayOf(login).at === 'provider' || login === 'bearer';
