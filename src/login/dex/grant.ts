// One grant at Dex's token endpoint: oauth4webapi makes the request and checks the answer, over this program's HTTP.

import * as oauth from 'oauth4webapi';
import { AuthError, errorCodes, errorMessage, hasSymptom } from '../../errors/errors.js';
import type { RequestName } from '../../errors/failure.js';
import { isText, type Json, jsonObject, responseError } from '../../http/response.js';
import type { Http, HttpResponse, Retry } from '../../http/types.js';
import { isJwt } from '../../util/jwt.js';
import { isVisibleAscii } from '../../util/text.js';
import type { Context } from '../context.js';
import { expectedIssuer } from './issuer.js';

/** Clocks may differ by this much, in seconds. */
const CLOCK_TOLERANCE = 120;

/** The client at Dex, and where. */
export interface Client {
  dexUrl: string;
  clientId: string;
  /** '' for a public client. */
  clientSecret: string;
  redirectUri: string;
}

/** A secret goes into the body (client_secret_post): the platform takes no Basic. A public client sends none. */
export function clientAuthentication({ clientSecret }: Pick<Client, 'clientSecret'>): oauth.ClientAuth {
  return clientSecret ? oauth.ClientSecretPost(clientSecret) : oauth.None();
}

/** A successful token response (RFC 6749, 5.1; OpenID Connect Core, 3.1.3.3). */
export interface Tokens {
  idToken: string;
  refreshToken: string | undefined;
}

/** HTTP, and the collaborators that get every token before it is checked. */
export type GrantContext = Pick<Context, 'http' | 'mask' | 'keep'>;

/** One request to the token endpoint, and its check. */
export interface Grant {
  stage: RequestName;
  what: string;
  /** Where the ID token is in the response, if not in `id_token` (RFC 8693, 2.2.1). */
  tokenIn?: 'access_token';
  /** Whether it may be sent again. */
  retry?: Retry;
  send: (
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    options: oauth.TokenEndpointRequestOptions,
  ) => Promise<Response>;
  check: (
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    response: Response,
  ) => Promise<oauth.TokenEndpointResponse>;
}

/**
 * Sends the request and has the answer checked, once the tokens in it are masked and the refresh token is kept.
 * @throws AuthError, and whatever `keep` throws
 */
export async function grant(context: GrantContext, client: Client, request: Grant): Promise<Tokens> {
  const { stage, check } = request;
  const server = serverOf(client);
  const oauthClient = oauthClientOf(client);
  const fail = failing(stage, request.what, server.token_endpoint);
  const answer = await post(context.http, request, server, oauthClient).catch(fail);
  const json = receive(context, answer);
  // The library checks its claims there.
  if (json && request.tokenIn) json.id_token = json[request.tokenIn];
  if (answer.status !== 200 || !json) throw refused(answer, stage, client);
  const flaw = flawIn(json);
  if (flaw) return fail(new Error(flaw));
  const expected = { ...server, issuer: await expectedIssuer(context.http, client.dexUrl, json.id_token) };
  const response = Response.json(json);
  const { id_token, refresh_token } = await check(expected, oauthClient, response).catch(fail);
  if (id_token === undefined) return fail(new Error('"id_token" is missing in the response'));
  return { idToken: id_token, refreshToken: refresh_token };
}

/**
 * Has an ID token checked that came in a redirect (OpenID Connect Core, 3.2.2.11): issuer, audience, times and nonce.
 * @throws AuthError
 */
export async function checkIdToken(
  { http }: Pick<Context, 'http'>,
  client: Client,
  idToken: string,
  nonce: string,
): Promise<void> {
  const fail = failing('login', 'check the ID token of the login response', undefined);
  // To the library it is part of a token response.
  const json = { access_token: idToken, token_type: 'bearer', id_token: idToken };
  const flaw = flawIn(json);
  if (flaw) return fail(new Error(flaw));
  const issuer = await expectedIssuer(http, client.dexUrl, idToken);
  const response = Response.json(json);
  const expected = { expectedNonce: nonce, requireIdToken: true };
  await oauth
    .processAuthorizationCodeResponse({ ...serverOf(client), issuer }, oauthClientOf(client), response, expected)
    .catch(fail);
}

const serverOf = ({ dexUrl }: Client) => ({ issuer: dexUrl, token_endpoint: `${dexUrl}/token` });

const oauthClientOf = ({ clientId }: Client): oauth.Client => ({
  client_id: clientId,
  [oauth.clockTolerance]: CLOCK_TOLERANCE,
});

/** Turns what the library finds wrong into a failure of this program. */
function failing(request: RequestName, what: string, address: string | undefined): (error: unknown) => never {
  return (error) => {
    if (error instanceof AuthError) throw error;
    const tried = { what, ...(address ? { method: 'POST' as const, address } : {}) };
    const id = errorCodes(error).includes(oauth.JWT_TIMESTAMP_CHECK) ? 'clock' : 'token-claims';
    throw new AuthError({ request, tried, diagnosis: { id, facts: { text: errorMessage(error) } } }, { cause: error });
  };
}

/** Lets oauth4webapi send the request through this program's HTTP. @throws AuthError without an answer */
export async function post(
  http: Http,
  { stage, what, retry = false, send }: Omit<Grant, 'check' | 'tokenIn'>,
  server: oauth.AuthorizationServer,
  client: oauth.Client,
): Promise<HttpResponse> {
  let answer: HttpResponse | undefined;
  await send(server, client, {
    // The settings have already refused http: to other machines, unless allow-http is set.
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (address, { headers, body }) => {
      answer = await http(address, { stage, what, headers, body: String(body), retry });
      // It looks at the answer in its check alone.
      return new Response();
    },
  });
  if (!answer) throw new Error('no request was sent');
  return answer;
}

/** The tokens of an answer (RFC 6749, 5.1). */
const TOKENS = ['access_token', 'id_token', 'refresh_token'] as const;

/**
 * Masks every token of an answer, and gives the refresh token to whoever keeps it, before anything else can fail.
 * @returns the JSON object of the answer, if it is one, with no whitespace around its tokens, and no refresh token that is
 *   empty or no text: the one before then stays good
 */
export function receive({ mask, keep }: GrantContext, { status, body }: HttpResponse): Json | undefined {
  const json = jsonObject(body);
  if (!json) return undefined;
  for (const name of TOKENS) {
    const token = json[name];
    if (typeof token !== 'string') continue;
    json[name] = token.trim();
    mask(token.trim());
  }
  const next = json.refresh_token;
  // Servers say in these ways, too, that there is none.
  if (!isText(next)) delete json.refresh_token;
  if (status === 200 && isText(next) && isVisibleAscii(next)) keep?.(next);
  return json;
}

/**
 * What makes a token unfit to be used in a header, where it goes as it is. The library would take whitespace within it.
 * @returns undefined where nothing does; never a part of the token
 */
export function flawIn({ id_token, refresh_token }: Json): string | undefined {
  if (typeof id_token === 'string' && !isJwt(id_token)) return 'an invalid "id_token": expected three base64url parts';
  if (isText(refresh_token) && !isVisibleAscii(refresh_token))
    return 'an invalid "refresh_token": expected visible ASCII without whitespace';
  return undefined;
}

function refused(answer: HttpResponse, stage: RequestName, { clientSecret }: Client): AuthError {
  const error = responseError(answer, stage);
  if (!hasSymptom(error, 'invalid-client')) return error;
  return responseError(answer, stage, clientSecret ? base64Hint(clientSecret) : NO_SECRET);
}

const NO_SECRET = 'client-secret is not set, so client-id was used as a public client.';

/** A secret copied from `kubectl -o yaml` is still in base64. */
export function base64Hint(secret: string): string | undefined {
  const decoded = Buffer.from(secret, 'base64').toString('latin1');
  const looks = secret.length % 4 === 0 && /^[A-Za-z0-9+/]{8,}={0,2}$/.test(secret) && /^[\x20-\x7e\n]+$/.test(decoded);
  return looks ? 'The client secret looks like base64, which must be decoded first.' : undefined;
}
