// Ways to log in with the ID token of a CI job, where there is Dex.

import { isElsewhere, type Way } from './way.js';

/** Exchanged at Dex, or as it is. */
export const JOB_WAYS: readonly Way[] = [
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
    client: [],
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
];
