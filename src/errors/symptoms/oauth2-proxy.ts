// Symptoms of oauth2-proxy: at its entrance, at its callback, with a credential.

import type { Symptom } from './symptom.js';

/** What to do about a session cookie that is too large, or soon will be. */
export const LARGE_COOKIE_ADVICE =
  'Use the token method, or an account in fewer groups; an administrator can take groups out of the scope of oauth2-proxy, or keep its sessions in Redis.';

/** Words of servers whose limit for headers was exceeded: nginx, Node, uvicorn, Go. */
const TOO_LARGE =
  /Invalid HTTP request|(header|cookie|request).{0,30}too large|too (big|large).{0,20}(header|cookie)|Header Fields Too Large/i;

export const OAUTH2_PROXY = [
  {
    id: 'foreign-login',
    layer: 'oauth2-proxy',
    found: 'an authorization request {flaw}',
    title: 'Login of somebody else',
    meaning: 'this is not a login that the oauth2-proxy of this MLflow began at this platform',
    advice:
      'Nothing was sent to log in. Check tracking-uri and platform-address; if they are right, tell the administrator: the server may relay a login that somebody began elsewhere.',
  },
  {
    id: 'token-too-large',
    layer: 'oauth2-proxy',
    at: ['proxy', 'mlflow'],
    status: /^4(00|31|94)$/,
    words: TOO_LARGE,
    sent: 'token',
    title: 'Token too large',
    meaning: 'something between here and MLflow does not take headers of this size, and the token is one of them',
    advice: 'Use an account in fewer groups, or set scopes (DEX_SCOPES) without groups where MLflow needs none.',
  },
  {
    id: 'header-too-large',
    layer: 'oauth2-proxy',
    at: ['proxy', 'callback', 'mlflow'],
    status: /^4(00|31|94)$/,
    words: TOO_LARGE,
    message:
      /Invalid HTTP request received|Request Header Fields Too Large|header (or cookie )?too (large|big)|cookie too (large|big)|error code 431|HTTP\/[\d.]+ 431/i,
    title: 'Session cookie too large',
    meaning: 'something between here and MLflow does not take headers of this size',
    advice: LARGE_COOKIE_ADVICE,
  },
  {
    id: 'no-login-needed',
    layer: 'oauth2-proxy',
    found: '200: MLflow answers without any login',
    title: 'No login in front of MLflow',
    meaning: 'there is no oauth2-proxy at this address, or it lets this machine in without a login',
    advice:
      'No credential is needed here, and none can be had. If this is not meant to be so, tell the administrator: anyone who reaches the address can use this MLflow.',
  },
  {
    id: 'audience',
    layer: 'oauth2-proxy',
    found: '{status} the token is for client {audiences}, oauth2-proxy logs in as {client}',
    title: 'Token for another client',
    meaning: 'oauth2-proxy takes only tokens for its own client, from its own issuer',
    advice:
      'Set client-id and client-secret to the client of the MLflow proxy, and platform-address to the address that is the issuer there.',
  },
  {
    id: 'issuer',
    layer: 'oauth2-proxy',
    found: '{status} the token is from issuer {issuer}, oauth2-proxy logs in at {login}',
    title: 'Token from another issuer',
    meaning: 'oauth2-proxy takes only tokens for its own client, from its own issuer',
    advice: 'Set platform-address to the address that is the issuer there.',
  },
  {
    id: 'token-expired',
    layer: 'oauth2-proxy',
    found: '{status} the token has expired',
    title: 'Token expired',
    meaning: 'the token has run out',
    advice: "Log in again, and compare the server's clock with this machine's.",
  },
  {
    id: 'cookie-rejected',
    layer: 'oauth2-proxy',
    found: '{status} session cookie rejected',
    title: 'oauth2-proxy rejects its own cookie',
    meaning: 'oauth2-proxy does not accept the session cookie that it has just made',
    advice:
      'Several replicas with different cookie secrets are likely, or clocks that differ: that is for the administrator of the MLflow proxy.',
  },
  {
    id: 'bearer-off',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'oauth2-proxy rejects the token',
    meaning: 'oauth2-proxy does not accept this token, most likely no token at all',
    advice:
      'Have an administrator set --skip-jwt-bearer-tokens=true on the MLflow proxy of the workload cluster (skipJwtBearerTokens: true; on by default from MLflow Operator 3.13).',
  },
  {
    id: 'proxy-unauthorized',
    layer: 'oauth2-proxy',
    at: ['proxy'],
    status: /^401$/,
    title: 'No login begins at this address',
    meaning: 'oauth2-proxy, or an edge in front of it, answers 401 in place of a redirect to the login',
    advice:
      'Check tracking-uri. If it is right, give these lines to the administrator of the MLflow proxy: an edge in front of it may demand a login of its own.',
  },
  {
    id: 'proxy-redirected',
    layer: 'oauth2-proxy',
    at: ['proxy'],
    redirect: 'any',
    title: 'Tracking URI redirects elsewhere',
    meaning: 'this address sends us to another one, to which no credential is taken',
    advice:
      'If that address is the right one, use it in tracking-uri or platform-address, with https: where it says so. The MLflow SDK would lose its credential on the way, too.',
  },
  {
    id: 'proxy-forbids',
    layer: 'oauth2-proxy',
    at: ['proxy', 'mlflow'],
    status: /^403$/,
    body: ['page', 'text', 'empty'],
    letIn: false,
    title: 'oauth2-proxy refuses the account',
    meaning: 'the account is not among the e-mail domains or groups that oauth2-proxy lets in',
    advice: 'Ask the administrator of the MLflow proxy to let this account in.',
  },
  {
    id: 'proxy-error',
    layer: 'oauth2-proxy',
    at: ['proxy', 'callback'],
    status: /^(429|5\d\d)$/,
    title: 'oauth2-proxy does not work',
    meaning: 'oauth2-proxy, or the edge in front of it, is overloaded or out of order',
    advice: 'Try again later, or give these lines to the administrator of the MLflow proxy.',
  },
  {
    id: 'not-the-proxy',
    layer: 'oauth2-proxy',
    at: ['proxy'],
    status: /./,
    title: 'No MLflow proxy here',
    meaning: 'there is no oauth2-proxy at this address',
    advice:
      'Check cluster (the tracking URI is {platform}/clusters/{cluster}/mlflow), that the MLflow plugin is installed there, or tracking-uri.',
  },
] as const satisfies readonly Symptom[];
