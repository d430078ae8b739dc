// Symptoms of the callback: the code handed to oauth2-proxy, and what came back in place of its session cookie.

import type { Symptom } from './symptom.js';

export const CALLBACK = [
  {
    id: 'callback-chunks',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'Session cookie too large',
    meaning: 'no session of oauth2-proxy is that large, and no server accepts such a cookie',
    advice:
      'Check tracking-uri: another server than oauth2-proxy may respond. If it is oauth2-proxy: use the token method, or store its sessions in Redis.',
  },
  {
    id: 'callback-csrf',
    layer: 'oauth2-proxy',
    at: ['callback'],
    words: /CSRF/i,
    message: /valid CSRF token/i,
    title: 'CSRF cookie missing',
    meaning: 'oauth2-proxy does not find the CSRF cookie of this login',
    advice:
      'Try again. If it happens each time, its replicas have different cookie secrets, the login takes more than 15 minutes, or the clocks differ.',
  },
  {
    id: 'callback-provider',
    layer: 'oauth2-proxy',
    at: ['callback'],
    words: /identity provider returned an error/i,
    message: /identity provider returned an error/i,
    title: 'Dex rejected the login of oauth2-proxy',
    meaning: 'Dex sent oauth2-proxy an error instead of a code',
    advice:
      'Send these lines to the administrator of the MLflow proxy: its client, scopes and redirect URL must match the client in Dex.',
  },
  {
    id: 'callback-forbidden',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /^403$/,
    message: /You do not have permission to access this resource/i,
    title: 'oauth2-proxy does not allow this account',
    meaning: 'the login succeeded, but the account is not in the email domains or groups that oauth2-proxy allows',
    advice: 'Ask the administrator of the MLflow proxy to allow this account.',
  },
  {
    id: 'callback-redeem',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /^500$/,
    message: /Oops! Something went wrong/i,
    title: 'oauth2-proxy could not complete the login',
    meaning: 'oauth2-proxy could not exchange the code for a token, or could not read the token',
    advice:
      'Send the request ID to the administrator of the MLflow proxy, whose log shows the cause: often a rotated client secret (restart the proxy), a missing code_challenge_method, or an account without email.',
  },
] as const satisfies readonly Symptom[];

/** What is left when oauth2-proxy itself has not failed. */
export const CALLBACK_WITHOUT_COOKIE = [
  {
    id: 'callback-address',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /^404$/,
    found: '{status} redirect to another login without a session cookie "{name}"',
    title: 'Callback URL mismatch',
    meaning: 'oauth2-proxy does not recognize its own callback URL',
    advice:
      'Its redirect URL and its proxy prefix, or the path that a proxy in front of it strips, do not match: ask the administrator of the MLflow proxy.',
  },
  {
    id: 'callback-cookie',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'No session cookie',
    meaning: 'oauth2-proxy completed the login without a session cookie of that name',
    advice: 'If oauth2-proxy uses another cookie name, set cookie-name (MLFLOW_AUTH_COOKIE_NAME).',
  },
  {
    id: 'callback-unexpected',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /./,
    title: 'Unexpected response of oauth2-proxy',
    meaning: 'oauth2-proxy never completes a login with such a response',
    advice:
      'A server in front of oauth2-proxy probably responded in its place: send these lines to the administrator of the MLflow proxy.',
  },
] as const satisfies readonly Symptom[];
