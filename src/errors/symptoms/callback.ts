// Symptoms of the callback: the code handed to oauth2-proxy, and what came back in place of its session cookie.

import type { Symptom } from './symptom.js';

export const CALLBACK = [
  {
    id: 'callback-chunks',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'Session cookie too large',
    meaning: 'no session of oauth2-proxy is that large, and no server takes such a cookie',
    advice:
      'Check tracking-uri: something else than oauth2-proxy may answer there. If it is oauth2-proxy: use the token method, or have its sessions kept in Redis.',
  },
  {
    id: 'callback-csrf',
    layer: 'oauth2-proxy',
    at: ['callback'],
    words: /CSRF/i,
    message: /valid CSRF token/i,
    title: 'oauth2-proxy lost the login',
    meaning: 'oauth2-proxy does not find the csrf cookie of this login',
    advice:
      'Run it again. If it happens each time: several replicas with different cookie secrets, or more than 15 minutes between start and end, or clocks that differ.',
  },
  {
    id: 'callback-provider',
    layer: 'oauth2-proxy',
    at: ['callback'],
    words: /identity provider returned an error/i,
    message: /identity provider returned an error/i,
    title: 'Dex refused the login of oauth2-proxy',
    meaning: 'Dex sent oauth2-proxy an error in place of a code',
    advice:
      'Give these lines to the administrator of the MLflow proxy: its client, scopes and redirect URL must fit the client in Dex.',
  },
  {
    id: 'callback-forbidden',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /^403$/,
    message: /You do not have permission to access this resource/i,
    title: 'oauth2-proxy does not let this account in',
    meaning: 'the login worked, and this account is not among the e-mail domains or groups that oauth2-proxy lets in',
    advice: 'Ask the administrator of the MLflow proxy to let this account in.',
  },
  {
    id: 'callback-redeem',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /^500$/,
    message: /Oops! Something went wrong/i,
    title: 'oauth2-proxy could not finish the login',
    meaning: 'oauth2-proxy could not exchange the code for a token, or not read the token',
    advice:
      'Give the request id to the administrator of the MLflow proxy, whose log tells the cause: often a rotated client secret (restart the proxy), a missing code_challenge_method, or an account without e-mail.',
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
    title: 'Callback not known to oauth2-proxy',
    meaning: 'oauth2-proxy does not recognise its own callback address',
    advice:
      'Its redirect URL and its proxy prefix, or what the edge strips, do not fit together: that is for the administrator of the MLflow proxy.',
  },
  {
    id: 'callback-cookie',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'No session cookie',
    meaning: 'oauth2-proxy ended the login without a session cookie of that name',
    advice: 'If the proxy uses another name for its cookie, set cookie-name (MLFLOW_AUTH_COOKIE_NAME).',
  },
  {
    id: 'callback-unexpected',
    layer: 'oauth2-proxy',
    at: ['callback'],
    status: /./,
    title: 'Unexpected answer of oauth2-proxy',
    meaning: 'this is no answer that oauth2-proxy gives at the end of a login',
    advice:
      'Something between here and oauth2-proxy answered in its place: give these lines to the administrator of the MLflow proxy.',
  },
] as const satisfies readonly Symptom[];
