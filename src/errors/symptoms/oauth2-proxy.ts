// Symptoms of oauth2-proxy: at its entrance, at its callback, with a credential.

import type { Symptom } from './symptom.js';

/** What to do about a session cookie that is too large, or soon will be. */
export const LARGE_COOKIE_ADVICE =
  'Use the token method, or an account in fewer groups; an administrator can remove groups from the scopes of oauth2-proxy, or store its sessions in Redis.';

/** What servers respond whose limit for headers was exceeded: nginx, Node, uvicorn, Go. */
const TOO_LARGE = {
  status: /^4(00|31|94)$/,
  wordless: /^4(31|94)$/,
  words:
    /Invalid HTTP request|(header|cookie|request).{0,30}too large|too (big|large).{0,20}(header|cookie)|Header Fields Too Large/i,
} as const;

export const OAUTH2_PROXY = [
  {
    id: 'foreign-login',
    layer: 'oauth2-proxy',
    found: 'an authorization request {flaw}',
    title: 'Login of another party',
    meaning: 'the oauth2-proxy of this MLflow did not begin this login at this platform',
    advice:
      'No credential was sent. Check tracking-uri and platform-address; if they are correct, tell the administrator: the server may relay a login that another party began elsewhere.',
  },
  {
    id: 'token-too-large',
    layer: 'oauth2-proxy',
    at: ['proxy', 'mlflow'],
    ...TOO_LARGE,
    sent: 'token',
    title: 'Token too large',
    meaning: 'MLflow or a server in front of it does not accept headers of this size, and the token is one of them',
    advice:
      'Use an account in fewer groups, or set scopes (DEX_SCOPES) without groups ("openid email") if MLflow and Kubernetes require none.',
  },
  {
    id: 'header-too-large',
    layer: 'oauth2-proxy',
    at: ['proxy', 'callback', 'mlflow'],
    ...TOO_LARGE,
    message:
      /Invalid HTTP request received|Request Header Fields Too Large|header (or cookie )?too (large|big)|cookie too (large|big)|error code 431|HTTP\/[\d.]+ 431/i,
    title: 'Session cookie too large',
    meaning: 'MLflow or a server in front of it does not accept headers of this size',
    advice: LARGE_COOKIE_ADVICE,
  },
  {
    id: 'no-login-needed',
    layer: 'oauth2-proxy',
    found: '200: MLflow answers without any login',
    title: 'No login in front of MLflow',
    meaning: 'there is no oauth2-proxy at this URL, or it requires no login from this machine',
    advice:
      'No credential is required, and none can be obtained. If this is unintended, tell the administrator: anyone who can reach the URL can use this MLflow.',
  },
  {
    id: 'audience',
    layer: 'oauth2-proxy',
    found: '{status} the token is for client {audiences}, oauth2-proxy logs in as {client}',
    title: 'Token for another client',
    meaning: 'oauth2-proxy accepts only tokens for its own client, from its own issuer',
    advice:
      'Set client-id and client-secret to the client of the MLflow proxy, or, for a public client, audience to it, and platform-address to its issuer.',
  },
  {
    id: 'issuer',
    layer: 'oauth2-proxy',
    found: '{status} the token is from issuer {issuer}, oauth2-proxy logs in at {login}',
    title: 'Token from another issuer',
    meaning: 'oauth2-proxy accepts only tokens for its own client, from its own issuer',
    advice: 'Set platform-address to the issuer that oauth2-proxy uses.',
  },
  {
    id: 'token-expired',
    layer: 'oauth2-proxy',
    found: '{status} the token has expired',
    title: 'Token expired',
    meaning: 'the token has expired',
    advice: 'Log in again, and compare the clock of the server with that of this machine.',
  },
  {
    id: 'token-early',
    layer: 'oauth2-proxy',
    found: '{status} the token is valid from {start} on',
    title: 'Token not valid yet',
    meaning: 'the time in the token (nbf) has not come by the clock of the MLflow proxy, which allows 5 minutes',
    advice:
      'Synchronize the clocks of the MLflow proxy and of whoever has issued the token (NTP), or use the token later.',
  },
  {
    id: 'cookie-rejected',
    layer: 'oauth2-proxy',
    found: '{status} session cookie rejected',
    title: 'oauth2-proxy rejects its own cookie',
    meaning: 'oauth2-proxy does not accept the session cookie that it has just issued',
    advice:
      'Its replicas probably have different cookie secrets, or their clocks differ: ask the administrator of the MLflow proxy.',
  },
  {
    id: 'bearer-off',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'oauth2-proxy rejects the token',
    meaning: 'oauth2-proxy does not accept this token; bearer tokens are probably disabled',
    advice:
      'Ask an administrator to set --skip-jwt-bearer-tokens=true on the MLflow proxy of the workload cluster (skipJwtBearerTokens: true; the default from MLflow Operator 3.13).',
  },
  {
    id: 'token-rejected',
    layer: 'oauth2-proxy',
    found: '{text}',
    title: 'oauth2-proxy does not accept this token',
    meaning: 'oauth2-proxy accepts bearer tokens, but not this one, for a reason that only its log shows',
    advice:
      'Have an administrator read the log of the MLflow proxy: issuer, signing key, times and claims of the token must be those that it expects.',
  },
  {
    id: 'proxy-unauthorized',
    layer: 'oauth2-proxy',
    at: ['proxy'],
    status: /^401$/,
    title: 'No login at this URL',
    meaning: 'oauth2-proxy, or a proxy in front of it, responds with 401 instead of a redirect to the login',
    advice:
      'Check tracking-uri. If it is correct, send these lines to the administrator of the MLflow proxy: a proxy in front of it may require a login of its own.',
  },
  {
    id: 'proxy-redirected',
    layer: 'oauth2-proxy',
    at: ['proxy'],
    redirect: 'any',
    title: 'Tracking URI redirects to another URL',
    meaning: 'the server redirects to another URL, and mlflow-auth never follows a redirect with a credential',
    advice:
      'If that URL is the right one, set tracking-uri or platform-address to it, including https:. The MLflow SDK would lose its credential in the redirect as well.',
  },
  {
    id: 'proxy-forbids',
    layer: 'oauth2-proxy',
    at: ['proxy', 'mlflow'],
    status: /^403$/,
    body: ['page', 'text', 'empty'],
    letIn: false,
    title: 'oauth2-proxy denies access',
    meaning: 'the account is not in the email domains or groups that oauth2-proxy allows',
    advice: 'Ask the administrator of the MLflow proxy to allow this account.',
  },
  {
    id: 'proxy-error',
    layer: 'oauth2-proxy',
    at: ['proxy', 'callback'],
    status: /^(429|5\d\d)$/,
    title: 'oauth2-proxy unavailable',
    meaning: 'oauth2-proxy, or a proxy in front of it, is overloaded or down, or limits the number of requests',
    advice: 'Try again later, or send these lines to the administrator of the MLflow proxy.',
  },
  {
    id: 'not-the-proxy',
    layer: 'oauth2-proxy',
    at: ['proxy'],
    status: /./,
    title: 'No oauth2-proxy at this URL',
    meaning: 'there is no oauth2-proxy at this URL',
    advice:
      'Check cluster (the tracking URI is {platform}/clusters/{cluster}/mlflow), that the MLflow plugin is installed there, or tracking-uri.',
  },
] as const satisfies readonly Symptom[];
