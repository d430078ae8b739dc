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
  by: 'password' | 'id-token';
  methods: readonly ('token' | 'cookie')[];
  /** Whether the server gives a refresh token for it. */
  refreshToken: boolean;
  /** The server at which the login begins; nowhere where what is given is the credential already. */
  at: 'platform' | 'dex' | 'nowhere';
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
    auto: ({ has, from, gitHub, cookie }) => {
      if (cookie) return undefined;
      if (has('id-token')) return `${from('id-token')} is set`;
      const none = !has('username') && !has('password') && !has('refresh-token');
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
