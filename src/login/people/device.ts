// The device flow (RFC 8628): a code on the terminal, confirmed in any browser, while the token endpoint is polled.

import { setTimeout as sleep } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { AuthError, errorMessage } from '../../errors/errors.js';
import { isText, jsonObject, responseError } from '../../http/response.js';
import { isVisibleAscii } from '../../util/text.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { clientAuthentication, post } from '../dex/grant.js';
import { LONGEST_WAIT, type Person } from './person.js';
import { poll, USUAL_INTERVAL } from './poll.js';
import type { PersonServer } from './server.js';

/** Characters of a user code; that of Dex has 9. */
const LONGEST_CODE = 64;

type DeviceServer = PersonServer & { device: URL };

/** @throws AuthError where the person does not confirm the login */
export async function deviceLogin(
  given: Context,
  server: DeviceServer,
  { show, signal }: Person,
): Promise<TokenCredential> {
  const context = { ...given, keep: undefined };
  const verifier = oauth.generateRandomCodeVerifier();
  context.mask(verifier);
  const begun = await context.step('device code received', () => begin(context, server, verifier));
  const { expires_in: expiresIn, interval = USUAL_INTERVAL, device_code: deviceCode } = begun.answer;
  const seconds = Math.min(expiresIn, LONGEST_WAIT);
  show({ way: 'device', address: begun.address, complete: begun.complete, code: begun.answer.user_code, seconds });
  const ask = () => redeem(context, server, deviceCode, verifier);
  const time = {
    now: () => performance.now() / 1000,
    wait: (pause: number) => sleep(pause * 1000, undefined, { signal }),
  };
  return context.step('login confirmed', async () => {
    const credential = await poll({ interval, expiresIn: seconds }, ask, time);
    if (credential) return credential;
    const tried = { what: 'wait for the login to be confirmed', address: begun.address };
    const { request, found } = server.names;
    throw new AuthError({ request: request.poll, tried, diagnosis: { id: found.expired, facts: { seconds } } });
  });
}

/** The request for a device code, with PKCE, which Dex checks here, too (dexidp/dex, server/deviceflowhandlers.go). */
async function begin(
  { http, mask }: Context,
  { device, reach, issuer, client, parameters: own, names }: DeviceServer,
  verifier: string,
) {
  const what = 'request a device code';
  const stage = names.request.device;
  const server = { issuer, device_authorization_endpoint: device.href };
  const oauthClient = { client_id: client.clientId };
  const parameters = {
    ...own,
    ...(client.scopes ? { scope: client.scopes } : {}),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const asking = {
    stage,
    what,
    retry: true,
    send: (to: oauth.AuthorizationServer, id: oauth.Client, options: oauth.TokenEndpointRequestOptions) =>
      oauth.deviceAuthorizationRequest(to, id, clientAuthentication(client), parameters, options),
  } as const;
  const answer = await post(http, asking, server, oauthClient);
  const json = jsonObject(answer.body);
  if (isText(json?.device_code)) mask(json.device_code);
  if (answer.status !== 200 || !json) throw responseError(answer, stage);
  const { tried } = answer;
  const invalid = (text: string, cause?: unknown): never => {
    throw new AuthError({ request: stage, tried, diagnosis: { id: names.found.answer, facts: { text } } }, { cause });
  };
  const response = Response.json(json);
  const checked = await oauth
    .processDeviceAuthorizationResponse(server, oauthClient, response)
    .catch((error) => invalid(errorMessage(error), error));
  const { user_code, verification_uri, verification_uri_complete } = checked;
  // It is printed at a terminal, and typed.
  if (!isVisibleAscii(user_code) || user_code.length > LONGEST_CODE)
    invalid(`an invalid "user_code": expected up to ${LONGEST_CODE} visible ASCII characters`);
  const page = (name: string, text: string) => reach(name, text, { request: stage, tried }).href;
  const address = page('verification_uri', verification_uri);
  const complete = verification_uri_complete && page('verification_uri_complete', verification_uri_complete);
  return { answer: checked, address, complete };
}

/** One poll; until the device code expires, Dex gives the same answer again, so that a broken connection loses nothing. */
function redeem(context: Context, server: DeviceServer, deviceCode: string, verifier: string) {
  const { client, parameters, names } = server;
  return server.grant(context, {
    stage: names.request.poll,
    what: 'request the tokens of the confirmed login',
    retry: true,
    send: (to, id, options) =>
      oauth.deviceCodeGrantRequest(to, id, clientAuthentication(client), deviceCode, {
        ...options,
        additionalParameters: { ...parameters, code_verifier: verifier },
      }),
    check: oauth.processDeviceCodeResponse,
  });
}
