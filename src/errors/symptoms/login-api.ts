// Symptoms of the platform's login API: that it is not there, does not work, or does not know the login.

import type { RequestName, Symptom } from './symptom.js';

const REQUESTS: readonly RequestName[] = ['authorize', 'pubkey', 'connectors', 'login'];
/** Those of the token endpoint too, which is part of the same server. */
const ALL_REQUESTS: readonly RequestName[] = [...REQUESTS, 'token', 'refresh'];

/** What the status alone says, whatever the body is. */
export const LOGIN_API_UNAVAILABLE = [
  {
    id: 'server-down',
    layer: 'login API',
    at: ALL_REQUESTS,
    status: /^(429|50[234])$/,
    title: 'Server not available',
    meaning: 'the server is overloaded or out of order',
    advice: 'Try again later, or ask the administrator of the platform.',
  },
] as const satisfies readonly Symptom[];

/** Answers that name a cause other than the account. */
export const LOGIN_API = [
  {
    id: 'html-from-api',
    layer: 'login API',
    at: ALL_REQUESTS,
    status: /^200$/,
    body: ['page'],
    title: 'A web page instead of the API',
    meaning: 'this address has no JSON login API, or something in between answers in its place',
    advice:
      'Check platform-address: the bare address of the web console. A captive portal, a web proxy or an old platform (before 3.14) answers like this too.',
  },
  {
    id: 'identity-provider',
    layer: 'Dex',
    at: ['login'],
    status: /^5\d\d$/,
    words:
      /LDAP Result Code|dial tcp|connection (refused|reset)|no such host|i\/o timeout|network error|x509:|initial bind/i,
    message: /LDAP Result Code|ldap: initial bind/i,
    title: 'Dex cannot use its directory',
    meaning:
      'Dex could not ask the LDAP server or identity provider of this connector, so it did not check the password',
    advice:
      'Give these lines to the administrator of the platform: the server of the connector does not answer, or refuses the account of Dex itself. The password was not refused.',
  },
  {
    id: 'stale-key',
    layer: 'login API',
    at: ['login'],
    words: /decrypt|\bts\b|timestamp/i,
    title: 'Encrypted password not accepted',
    meaning: 'the server could not read the encrypted password, or its time stamp had run out',
    advice: "Run it again; if it stays, compare this machine's clock with the server's.",
  },
  {
    id: 'login-request-gone',
    layer: 'Dex',
    at: ['login'],
    words: /User session|requested resource does not exist|invalid req\b|auth.?request/i,
    title: 'Login request unknown',
    meaning: 'the server no longer knows the login that was begun',
    advice: 'Run it again. If it happens each time, several Dex replicas without a common storage are likely.',
  },
  {
    id: 'connector',
    layer: 'Dex',
    at: ['login'],
    body: ['json', 'text'],
    words: /connector ?id|no connector|connector .{0,20}(not|unknown|invalid)|unknown connector/i,
    found: 'no connector {connector}; there are {ids}',
    title: 'Unknown connector',
    meaning: 'Dex has no connector of this id that takes a password',
    advice:
      'Set connector (DEX_CONNECTOR) to the one in which the account lives: local, or the id of an LDAP connector. Accounts of an OIDC connector cannot log in without a browser.',
  },
  {
    id: 'not-found',
    layer: 'login API',
    at: REQUESTS,
    status: /^404$/,
    found: '404: the platform has no public key at this address',
    title: 'No login API here',
    meaning: 'this address has no such API',
    advice: 'Check platform-address: the bare address of the web console of a platform with a JSON login API.',
  },
  {
    id: 'unsafe-key',
    layer: 'login API',
    found: '{text}',
    title: 'Public key not safe',
    meaning: 'with this key others could read the password, or it keeps this machine busy for very long',
    advice:
      'Nothing was sent. Ask the administrator of the platform for an RSA key of 2048 to 8192 bits; if it has one, something in between changes the answer.',
  },
  {
    id: 'field-missing',
    layer: 'login API',
    found: '{status} JSON without {field}',
    title: 'Unexpected answer',
    meaning: 'the answer lacks what it should carry, or carries something invalid in its place',
    advice: 'Check platform-address; if it is right, give these lines to the administrator of the platform.',
  },
  {
    id: 'key-unusable',
    layer: 'runtime',
    found: "this runtime cannot use the platform's {bits}-bit key: {text}",
    title: 'Public key not usable',
    meaning: 'the runtime has no support for a key of this kind',
    advice: 'Run it under Node, or ask the administrator of the platform for an RSA key of 2048 to 4096 bits.',
  },
  {
    id: 'bad-key',
    layer: 'login API',
    found: '{text}',
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
    at: ALL_REQUESTS,
    redirect: 'any',
    title: 'Redirected',
    meaning: 'the API sent us elsewhere, and nothing that carries a login is sent after a redirect',
    advice: 'Use the address to which it points in platform-address, if it is the right one.',
  },
  {
    id: 'server-error',
    layer: 'login API',
    at: ALL_REQUESTS,
    status: /^5\d\d$/,
    title: 'Server error',
    meaning: 'the server failed',
    advice: 'Give these lines to the administrator of the platform.',
  },
] as const satisfies readonly Symptom[];
