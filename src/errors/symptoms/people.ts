// Symptoms of logins by a person at a terminal: device flow, browser, and the end of such a login.

import type { Symptom } from './symptom.js';

/** What the browser alone shows, since Dex answers each request for a device code with one. */
const IN_BROWSER =
  'If the browser showed "Unregistered redirect_uri", the administrator of Dex must add /device/callback, and the same below the path of the issuer, as in /dex/device/callback, to redirectURIs of the client; if "Invalid client_id", check client-id; if "Request was missing parameters", the client of the MLflow proxy must list client-id in trustedPeers.';

/** Device flow (RFC 8628; dexidp/dex, server/deviceflowhandlers.go). */
const DEVICE = [
  {
    id: 'device-off',
    layer: 'Dex',
    at: ['device', 'poll'],
    words: /unsupported_grant_type/,
    title: 'Device flow not supported',
    meaning: 'this Dex does not allow the device flow',
    advice:
      'Use login --browser, or ask the administrator of Dex to add urn:ietf:params:oauth:grant-type:device_code to oauth2.grantTypes.',
  },
  {
    id: 'device-denied',
    layer: 'account',
    at: ['poll', 'browser', 'person-token', 'person-browser'],
    words: /access_denied/,
    title: 'Login denied',
    meaning: 'the login was denied in the browser, or the account may not log in',
    advice: 'Log in again and approve the request. mlflow-auth does not retry.',
  },
  {
    id: 'device-expired',
    layer: 'account',
    at: ['poll'],
    words: /expired_token/,
    found: 'no confirmation within {seconds} s',
    title: 'Device code expired',
    meaning: 'the login was not confirmed in the browser before the code expired',
    advice: `Log in again and confirm the code in time. ${IN_BROWSER}`,
  },
  {
    id: 'device-code',
    layer: 'Dex',
    at: ['poll'],
    words: /Invalid Device code|invalid_grant|code_verifier/i,
    message: /Invalid Device code/i,
    title: 'Device code rejected',
    meaning: 'Dex does not know this device code, or no longer',
    advice: 'Log in again. If it happens each time, check whether all Dex replicas share one storage.',
  },
  {
    id: 'device-answer',
    layer: 'Dex',
    found: '{text}',
    title: 'Invalid response to the request for a device code',
    meaning: 'the response is not that of RFC 8628',
    advice: 'Check dex-url, or use login --browser.',
  },
] as const satisfies readonly Symptom[];

const BROWSER = [
  {
    id: 'browser-timeout',
    layer: 'account',
    found: 'no redirect to {redirect} within {seconds} s; {ignored} requests with another state were ignored',
    title: 'No response from the browser',
    meaning: 'nobody has logged in with the browser',
    advice:
      'Log in again. If the browser showed "Unregistered redirect_uri", the client in Dex has redirectURIs: set redirect-uri (DEX_REDIRECT_URI) to one of them with a port of 127.0.0.1, or ask for a public client without redirectURIs. The browser must run on this machine; otherwise use the device flow.',
  },
  {
    id: 'loopback-port',
    layer: 'network',
    found: '{text}',
    title: 'Redirect cannot be received',
    meaning: 'mlflow-auth cannot listen at this address, so that the browser would lead to another program',
    advice:
      'End the program that uses the port, or remove redirect-uri (DEX_REDIRECT_URI): any free port is used then.',
  },
] as const satisfies readonly Symptom[];

const PROVIDER = [
  {
    id: 'person-client',
    layer: 'Dex',
    at: ['device', 'poll', 'browser'],
    words: /invalid_client|unauthorized_client|client credentials/i,
    title: 'Client rejected',
    meaning: 'Dex has no public client with this ID, or the client may not log in in this way',
    advice:
      'Check client-id (DEX_CLIENT_ID): it must be a public client (public: true in Dex), as docs/administrators.md shows it.',
  },
  {
    id: 'endpoint-elsewhere',
    layer: 'Dex',
    found: '"{name}" at {address}',
    title: 'Endpoint of another server',
    meaning: 'the provider names an address that is neither at dex-url nor below its issuer; nothing was sent there',
    advice: 'Set dex-url (DEX_URL) to the issuer of Dex. If it is correct, tell the administrator of Dex.',
  },
  {
    id: 'no-refresh-token',
    layer: 'Dex',
    found: 'an ID token without a refresh token',
    title: 'No refresh token',
    meaning:
      'Dex gives this client, or accounts of this connector, no refresh token, so that there is nothing to store',
    advice:
      'Ask the administrator of Dex to allow refresh_token in oauth2.grantTypes and offline_access in the connector. Without it, each job requires a login of its own.',
  },
] as const satisfies readonly Symptom[];

/** By the status alone, where nothing else tells more. */
export const PEOPLE_STATUS = [
  {
    id: 'browser-error',
    layer: 'Dex',
    at: ['browser'],
    status: /./,
    title: 'Login failed in the browser',
    meaning: 'Dex redirected the browser with an error in place of a code',
    advice: 'Send these lines to the administrator of Dex.',
  },
  {
    id: 'revoke-failed',
    layer: 'Dex',
    at: ['revoke'],
    status: /./,
    title: 'Refresh token not revoked',
    meaning: 'Dex did not revoke the refresh token',
    advice: 'The refresh token remains valid until it expires, or until the next login of this account and client.',
  },
] as const satisfies readonly Symptom[];

export const PEOPLE = [...DEVICE, ...BROWSER, ...PROVIDER] as const;
