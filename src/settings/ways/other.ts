// Lines of the documents' table for what is no value of `login`.

import type { Line } from './way.js';

/** People at a terminal. */
export const OTHER_LINES: readonly Line[] = [
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
