// The way to log in where MLflow itself takes username and password, without any other server.

import type { Way } from './way.js';

/** By name alone: auto must not send the password of the platform to another server. */
export const BASIC_WAYS: readonly Way[] = [
  {
    login: 'basic',
    phrase: 'a login with basic',
    by: 'password',
    methods: ['basic'],
    refreshToken: false,
    at: 'nowhere',
    client: [],
    lines: [
      {
        name: '`basic`',
        requires: "`username`, `password` of MLflow's basic-auth, or an access token of mlflow-oidc-auth as `password`",
        gives: ['basic'],
        renewal: 'not required',
        tested: 'MLflow 3.17.2 with `--app-name basic-auth`; mlflow-oidc-auth 9.0.5',
        test: 'test/stack/basic.test.ts',
      },
    ],
  },
];
