// Symptoms of the platform's login API: that it is not there, does not work, or does not know the login.

import type { Stage, Symptom } from './symptom.js';

const REQUESTS: readonly Stage[] = ['authorize', 'pubkey', 'login'];
/** Those of the token endpoint too, which is part of the same server. */
const ALL_REQUESTS: readonly Stage[] = [...REQUESTS, 'token', 'refresh'];

/** Answers that name a cause other than the account. */
export const LOGIN_API = [
  {
    id: 'html-from-api',
    layer: 'login API',
    stages: ALL_REQUESTS,
    pattern: /HTML/,
    title: 'A web page instead of the API',
    meaning: 'this address has no JSON login API, or something in between answers in its place',
    advice:
      'Check platform-address: the bare address of the web console. A captive portal, a web proxy or an old platform (before 3.14) answers like this too.',
  },
  {
    id: 'stale-key',
    layer: 'login API',
    stages: ['login'],
    pattern: /decrypt|\bts\b|timestamp/i,
    title: 'Encrypted password not accepted',
    meaning: 'the server could not read the encrypted password, or its time stamp had run out',
    advice: "Run it again; if it stays, compare this machine's clock with the server's.",
  },
  {
    id: 'login-request-gone',
    layer: 'Dex',
    stages: ['login'],
    pattern: /User session|requested resource does not exist|invalid req\b|auth.?request/i,
    title: 'Login request unknown',
    meaning: 'the server no longer knows the login that was begun',
    advice: 'Run it again. If it happens each time, several Dex replicas without a common storage are likely.',
  },
  {
    id: 'connector',
    layer: 'Dex',
    stages: ['login'],
    pattern: /connector|^404/i,
    title: 'Unknown connector',
    meaning: 'Dex has no connector of this id that takes a password',
    advice:
      'Set connector (DEX_CONNECTOR) to the one in which the account lives: local, or the id of an LDAP connector. Accounts of an OIDC connector cannot log in without a browser.',
  },
  {
    id: 'server-down',
    layer: 'login API',
    stages: ALL_REQUESTS,
    pattern: /^(429|50[234])/,
    title: 'Server not available',
    meaning: 'the server is overloaded or out of order',
    advice: 'Try again later, or ask the administrator of the platform.',
  },
  {
    id: 'not-found',
    layer: 'login API',
    stages: REQUESTS,
    pattern: /^404/,
    title: 'No login API here',
    meaning: 'this address has no such API',
    advice: 'Check platform-address: the bare address of the web console of a platform with a JSON login API.',
  },
  {
    id: 'unsafe-key',
    layer: 'login API',
    stages: ['pubkey'],
    pattern: /^2\d\d a public key (of|that|with)/,
    title: 'Public key not safe',
    meaning: 'with this key others could read the password, or it keeps this machine busy for very long',
    advice:
      'Nothing was sent. Ask the administrator of the platform for an RSA key of 2048 to 8192 bits; if it has one, something in between changes the answer.',
  },
  {
    id: 'bad-key',
    layer: 'login API',
    stages: ['pubkey'],
    // A redirect tells an address, which has the word in it.
    pattern: /^(?!3\d\d ).*key/i,
    title: 'Public key not understood',
    meaning: 'the key is neither SPKI nor PKCS#1, as PEM or as bare base64',
    advice: 'Check that nothing in between changes the answer, and report the form of the key.',
  },
] as const satisfies readonly Symptom[];

/** By the status alone, where nothing else tells more. */
export const LOGIN_API_STATUS = [
  {
    id: 'redirected',
    layer: 'login API',
    stages: ALL_REQUESTS,
    pattern: /^3\d\d/,
    title: 'Redirected',
    meaning: 'the API sent us elsewhere, and nothing that carries a login is sent after a redirect',
    advice: 'Use the address to which it points in platform-address, if it is the right one.',
  },
  {
    id: 'server-error',
    layer: 'login API',
    stages: ALL_REQUESTS,
    pattern: /^5\d\d/,
    title: 'Server error',
    meaning: 'the server failed',
    advice: 'Give these lines to the administrator of the platform.',
  },
] as const satisfies readonly Symptom[];
