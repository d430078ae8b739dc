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
    title: 'Server unavailable',
    meaning: 'the server is overloaded or down, or limits the number of requests',
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
    title: 'Web page instead of the API',
    meaning: 'this URL has no JSON login API, or a server on the way responds in its place',
    advice:
      'Check platform-address: it must be the URL of the web console, without a path. A captive portal, an HTTP proxy or an old platform (before 3.14) responds like this too.',
  },
  {
    id: 'identity-provider',
    layer: 'Dex',
    at: ['login'],
    status: /^5\d\d$/,
    words:
      /LDAP Result Code|dial tcp|connection (refused|reset)|no such host|i\/o timeout|network error|x509:|initial bind/i,
    message: /LDAP Result Code|ldap: initial bind/i,
    title: 'Dex cannot reach its identity provider',
    meaning:
      'Dex could not reach the LDAP server or identity provider of this connector, so it did not check the password',
    advice:
      'Send these lines to the administrator of the platform: the server of the connector does not respond, or rejects the account of Dex itself. The password was not rejected.',
  },
  {
    id: 'stale-key',
    layer: 'login API',
    at: ['login'],
    words: /decrypt|\bts\b|timestamp/i,
    title: 'Encrypted password rejected',
    meaning: 'the server could not decrypt the password, or its timestamp had expired',
    advice: 'Try again; if it persists, compare the clock of this machine with that of the server.',
  },
  {
    id: 'login-request-gone',
    layer: 'Dex',
    at: ['login'],
    words: /User session|requested resource does not exist|invalid req\b|auth.?request/i,
    title: 'Unknown login request',
    meaning: 'the login request is unknown to the server, or has expired',
    advice: 'Try again. If it happens each time, several Dex replicas probably have no common storage.',
  },
  {
    id: 'connector',
    layer: 'Dex',
    at: ['login', 'page'],
    words: /connector ?id|no connector|connector .{0,20}(not|unknown|invalid)|unknown connector/i,
    found: 'no connector {connector}; available: {ids}',
    title: 'Unknown connector',
    meaning: 'Dex has no connector with this ID that accepts a password',
    advice:
      'Set connector (DEX_CONNECTOR) to the one of the account: local, or the ID of an LDAP connector. Accounts of an OIDC connector cannot log in without a browser.',
  },
  {
    id: 'not-found',
    layer: 'login API',
    at: REQUESTS,
    status: /^404$/,
    found: '404: the platform has no public key at this address',
    title: 'No login API at this URL',
    meaning: 'this URL has no such API',
    advice:
      'Check platform-address: it must be the URL of the web console, without a path, of a platform with a JSON login API.',
  },
  {
    id: 'unsafe-key',
    layer: 'login API',
    found: '{text}',
    title: 'Unsafe public key',
    meaning: 'with this key others could decrypt the password, or encryption would take very long',
    advice:
      'Nothing was sent. Ask the administrator of the platform for an RSA key of 2048 to 8192 bits; if it has one, a server on the way changes the response.',
  },
  {
    id: 'field-missing',
    layer: 'login API',
    found: '{status} JSON without {field}',
    title: 'Unexpected response',
    meaning: 'the response lacks a required field, or contains an invalid one',
    advice: 'Check platform-address; if it is correct, send these lines to the administrator of the platform.',
  },
  {
    id: 'key-unusable',
    layer: 'runtime',
    found: "this runtime cannot use the platform's {bits}-bit key: {text}",
    title: 'Unsupported key size',
    meaning: 'the runtime does not support such a key',
    advice: 'Use Node.js, or ask the administrator of the platform for an RSA key of 2048 to 4096 bits.',
  },
  {
    id: 'bad-key',
    layer: 'login API',
    found: '{text}',
    title: 'Unsupported public key',
    meaning: 'the key is neither SPKI nor PKCS#1, as PEM or as bare base64',
    advice: 'Check that no server on the way changes the response, and report the format of the key.',
  },
] as const satisfies readonly Symptom[];

/** By the status alone, where nothing else tells more. */
export const LOGIN_API_STATUS = [
  {
    id: 'redirected',
    layer: 'login API',
    at: ALL_REQUESTS,
    redirect: 'any',
    title: 'Unexpected redirect',
    meaning: 'the API redirects to another URL, and mlflow-auth never follows a redirect with a credential',
    advice: 'Set platform-address to that URL, if it is the right one.',
  },
  {
    id: 'server-error',
    layer: 'login API',
    at: ALL_REQUESTS,
    status: /^5\d\d$/,
    title: 'Server error',
    meaning: 'the server reports an internal error',
    advice: 'Send these lines to the administrator of the platform.',
  },
] as const satisfies readonly Symptom[];
