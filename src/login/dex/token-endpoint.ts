// Exchanges the code for tokens and checks the id token; oauth4webapi does both, over our own HTTP.

import * as oauth from 'oauth4webapi';
import { AuthError, errorMessage } from '../../errors/errors.js';
import type { Stage } from '../../errors/symptoms/symptom.js';
import type { Answer, Http } from '../../http/client.js';
import { jsonObject, refusal } from '../../http/response.js';
import { oneLine } from '../../util/text.js';
import type { Context } from '../context.js';
import { decodeClaims } from './claims.js';

/** Clocks may differ by this much, in seconds. */
const CLOCK_TOLERANCE = 120;

/** The client at Dex, and where. */
export interface Client {
  platform: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

/** A successful token response (RFC 6749, 5.1; OpenID Connect Core, 3.1.3.3). */
export interface Tokens {
  idToken: string;
  refreshToken: string | undefined;
}

/** What is needed to ask, and who is told of every token before it is looked at. */
type Received = Pick<Context, 'http' | 'mask' | 'keep'>;

/** One request to the token endpoint, and its check. */
interface Grant {
  stage: Stage;
  what: string;
  send: (server: oauth.AuthorizationServer, client: oauth.Client, options: GrantOptions) => Promise<Response>;
  check: (
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    response: Response,
  ) => Promise<oauth.TokenEndpointResponse>;
}
type GrantOptions = oauth.TokenEndpointRequestOptions;

/**
 * Redeems an authorization code. The client authenticates in the body (client_secret_post): the platform takes no Basic.
 * @param parameters of the redirect, with code and state
 * @param state that was sent
 * @throws AuthError; its id is "invalid-grant" when the code is stale
 */
export function redeemCode(
  context: Received,
  client: Client,
  parameters: URLSearchParams,
  state: string,
  verifier: string,
): Promise<Tokens> {
  const secret = oauth.ClientSecretPost(client.clientSecret);
  return grant(context, client, {
    stage: 'token',
    what: 'redeem the code',
    send: async (server, id, options) => {
      const callback = oauth.validateAuthResponse(server, id, parameters, state);
      return oauth.authorizationCodeGrantRequest(server, id, secret, callback, client.redirectUri, verifier, options);
    },
    check: (server, id, response) =>
      oauth.processAuthorizationCodeResponse(server, id, response, { requireIdToken: true }),
  });
}

/**
 * Exchanges a refresh token for new tokens (RFC 6749, 6). The old one is spent: Dex rotates them, unless told otherwise.
 * @throws AuthError; its id is "refresh-refused" when only a new login helps
 */
export function refreshTokens(context: Received, client: Client, refreshToken: string): Promise<Tokens> {
  const secret = oauth.ClientSecretPost(client.clientSecret);
  return grant(context, client, {
    stage: 'refresh',
    what: 'refresh the token',
    send: (server, id, options) => oauth.refreshTokenGrantRequest(server, id, secret, refreshToken, options),
    check: oauth.processRefreshTokenResponse,
  });
}

async function grant(
  { http, mask, keep }: Received,
  client: Client,
  { stage, what, send, check }: Grant,
): Promise<Tokens> {
  const endpoint = `${client.platform}/dex/token`;
  const oauthClient: oauth.Client = { client_id: client.clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE };
  const server = { issuer: `${client.platform}/dex`, token_endpoint: endpoint };
  let answer: Answer | undefined;
  let kept = true;
  try {
    const response = await send(server, oauthClient, {
      // The settings have already refused http: to other machines, unless asked for by name.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async (
        address: string,
        { headers, body }: { headers: Record<string, string>; body: unknown },
      ) => {
        answer = await http(address, { stage, what, headers, body: String(body) });
        return new Response(answer.body, { status: answer.status, headers: answer.headers });
      },
    });
    const json = jsonObject(answer?.body ?? '') ?? {};
    for (const token of [json.access_token, json.id_token, json.refresh_token])
      if (typeof token === 'string') mask(token);
    if (typeof json.refresh_token === 'string') {
      kept = false;
      keep?.(json.refresh_token);
      kept = true;
    }
    const issuer = await issuerOf(http, client.platform, json.id_token);
    const result = await check({ ...server, issuer }, oauthClient, response);
    if (result.id_token === undefined) throw new Error('"id_token" is missing in the response');
    return { idToken: result.id_token, refreshToken: result.refresh_token };
  } catch (error) {
    // A file that cannot be written is no fault of the server.
    if (error instanceof AuthError || !kept) throw error;
    if (answer && (answer.status !== 200 || !jsonObject(answer.body))) {
      const refused = refusal(answer, stage);
      throw refused.id === 'invalid-client' ? refusal(answer, stage, base64Hint(client)) : refused;
    }
    const tried = `${what} (POST ${endpoint})`;
    throw new AuthError({ stage, tried, got: oneLine(errorMessage(error)) }, { cause: error });
  }
}

/**
 * The issuer to expect. A platform may have several addresses while its Dex keeps the first as issuer, so when the
 * token names another one, the discovery document (OpenID Connect Discovery, 4) of the address in use decides.
 */
async function issuerOf(http: Http, platform: string, idToken: unknown): Promise<string> {
  const usual = `${platform}/dex`;
  const named = typeof idToken === 'string' ? decodeClaims(idToken)?.iss : undefined;
  if (named === undefined || named === usual) return usual;
  const answer = await http(`${usual}/.well-known/openid-configuration`, {
    stage: 'token',
    what: 'ask for the issuer',
  });
  if (answer.status === 429 || answer.status >= 500) throw refusal(answer, 'token');
  const { issuer } = jsonObject(answer.body) ?? {};
  return typeof issuer === 'string' ? issuer : usual;
}

/** A secret copied from `kubectl -o yaml` is still in base64. */
function base64Hint({ clientSecret }: Client): string | undefined {
  const decoded = Buffer.from(clientSecret, 'base64').toString('latin1');
  const looks =
    clientSecret.length % 4 === 0 && /^[A-Za-z0-9+/]{8,}={0,2}$/.test(clientSecret) && /^[\x20-\x7e\n]+$/.test(decoded);
  return looks ? 'The client secret looks like base64, which must be decoded first.' : undefined;
}
