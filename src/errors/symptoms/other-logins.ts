// Symptoms of the password grant and of the implicit flow, which an administrator of Dex allows or not.

import type { Symptom } from './symptom.js';

/** What Dex answers to a password grant (server/handlers.go, handlePasswordGrant), and to a response type. */
export const OTHER_LOGINS = [
  {
    id: 'password-grant-off',
    layer: 'Dex',
    at: ['password-grant'],
    words: /unsupported_grant_type/,
    found: 'grant_types_supported without password',
    title: 'Password grant not supported',
    meaning: 'this Dex allows no login with the password grant',
    advice: 'Ask the administrator of Dex to set oauth2.passwordConnector, or set login (MLFLOW_AUTH_LOGIN) to dex.',
  },
  {
    id: 'password-connector',
    layer: 'Dex',
    at: ['password-grant'],
    words: /requested connector does not exist/i,
    message: /Requested connector does not exist/,
    title: 'No connector for the password grant',
    meaning: 'the connector that oauth2.passwordConnector of Dex names does not exist',
    advice: 'Ask the administrator of Dex to set oauth2.passwordConnector to the ID of a connector, such as local.',
  },
  {
    id: 'implicit-off',
    layer: 'Dex',
    at: ['authorize', 'login', 'page', 'form'],
    words: /response_type|response type/i,
    message: /unsupported_response_type/,
    found: 'response_types_supported without id_token',
    title: 'Implicit flow not supported',
    meaning: 'this Dex, or this client, does not allow the response type',
    advice:
      'Ask the administrator of Dex to add id_token to oauth2.responseTypes, or leave login (MLFLOW_AUTH_LOGIN) out: the cookie method requires no client secret either.',
  },
  {
    id: 'id-token-missing',
    layer: 'Dex',
    found: 'a redirect without an ID token',
    title: 'No ID token',
    meaning: 'the login ended in a redirect with neither an ID token nor an error',
    advice: 'Send these lines to the administrator of Dex.',
  },
] as const satisfies readonly Symptom[];
