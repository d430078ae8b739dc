// The device flow (RFC 8628): a code on the terminal, confirmed in any browser, while the token endpoint is polled.

import { setTimeout as sleep } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { AuthError, errorMessage } from '../../errors/errors.js';
import { isText, jsonObject, responseError } from '../../http/response.js';
import { isVisibleAscii } from '../../util/text.js';
import type { Context } from '../context.js';
import { type Client, clientAuthentication, grant, post, type Tokens } from '../dex/grant.js';
import { LONGEST_WAIT, type Person } from './person.js';
import { poll, USUAL_INTERVAL } from './poll.js';
import type { Provider } from './provider.js';

/** Characters of a user code; that of Dex has 9. */
const LONGEST_CODE = 64;
/** Seconds between two polls at most. */
const LONGEST_INTERVAL = 60;

interface Request extends Client {
  scopes: string;
}

/** @throws AuthError where the person does not confirm the login */
export async function deviceLogin(
  given: Context,
  request: Request,
  provider: Provider & { device: URL },
  { show, signal }: Person,
): Promise<Tokens> {
  const context = { ...given, keep: undefined };
  const verifier = oauth.generateRandomCodeVerifier();
  context.mask(verifier);
  const begun = await context.step('device code received', () => begin(context, request, provider, verifier));
  const { expires_in: expiresIn, interval = USUAL_INTERVAL, device_code: deviceCode } = begun.answer;
  const seconds = Math.min(expiresIn, LONGEST_WAIT);
  show({ way: 'device', address: begun.address, complete: begun.complete, code: begun.answer.user_code, seconds });
  const ask = () => redeem(context, request, deviceCode, verifier);
  const time = {
    now: () => performance.now() / 1000,
    wait: (pause: number) => sleep(pause * 1000, undefined, { signal }),
  };
  return context.step('login confirmed', async () => {
    const tokens = await poll({ interval: Math.min(interval, LONGEST_INTERVAL), expiresIn: seconds }, ask, time);
    if (tokens) return tokens;
    const tried = { what: 'wait for the login to be confirmed', address: begun.address };
    throw new AuthError({ request: 'poll', tried, diagnosis: { id: 'device-expired', facts: { seconds } } });
  });
}

/** The request for a device code, with PKCE, which Dex checks here, too (dexidp/dex, server/deviceflowhandlers.go). */
async function begin(
  { http, mask }: Context,
  request: Request,
  { device, reach }: Provider & { device: URL },
  verifier: string,
) {
  const what = 'request a device code';
  const server = { issuer: request.dexUrl, device_authorization_endpoint: device.href };
  const client = { client_id: request.clientId };
  const parameters = {
    scope: request.scopes,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const asking = {
    stage: 'device',
    what,
    retry: true,
    send: (to: oauth.AuthorizationServer, id: oauth.Client, options: oauth.TokenEndpointRequestOptions) =>
      oauth.deviceAuthorizationRequest(to, id, clientAuthentication(request), parameters, options),
  } as const;
  const answer = await post(http, asking, server, client);
  const json = jsonObject(answer.body);
  if (isText(json?.device_code)) mask(json.device_code);
  if (answer.status !== 200 || !json) throw responseError(answer, 'device');
  const { tried } = answer;
  const invalid = (text: string, cause?: unknown): never => {
    throw new AuthError({ request: 'device', tried, diagnosis: { id: 'device-answer', facts: { text } } }, { cause });
  };
  const response = Response.json(json);
  const checked = await oauth
    .processDeviceAuthorizationResponse(server, client, response)
    .catch((error) => invalid(errorMessage(error), error));
  const { user_code, verification_uri, verification_uri_complete } = checked;
  // It is printed at a terminal, and typed.
  if (!isVisibleAscii(user_code) || user_code.length > LONGEST_CODE)
    invalid(`an invalid "user_code": expected up to ${LONGEST_CODE} visible ASCII characters`);
  const address = reach('verification_uri', verification_uri).href;
  const complete = verification_uri_complete && reach('verification_uri_complete', verification_uri_complete).href;
  return { answer: checked, address, complete };
}

/** One poll; until the device code expires, Dex gives the same answer again, so that a broken connection loses nothing. */
function redeem(context: Context, request: Request, deviceCode: string, verifier: string): Promise<Tokens> {
  return grant(context, request, {
    stage: 'poll',
    what: 'request the tokens of the confirmed login',
    retry: true,
    send: (server, client, options) =>
      oauth.deviceCodeGrantRequest(server, client, clientAuthentication(request), deviceCode, {
        ...options,
        additionalParameters: { code_verifier: verifier },
      }),
    check: oauth.processDeviceCodeResponse,
  });
}
