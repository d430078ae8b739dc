// Lines of the documents' table for what is no value of `login`.

import type { Line } from './way.js';

/** People at a terminal. */
export const OTHER_LINES: readonly Line[] = [
  {
    name: '[`login`](docs/logins.md#people-at-a-terminal) by a code, or `--browser`',
    requires: 'a person, any browser, or one on the same machine; a public `client-id`',
    gives: ['token'],
    renewal: 'refresh token',
    tested: "Dex 2.45.1, also with Kubeflow's flags, Keycloak 26.7.3, oidc-provider 9.13.3, each with Chromium",
    test: 'test/stack/people.test.ts',
  },
];
