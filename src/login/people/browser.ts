// The login in the system browser: authorization code with PKCE, which comes back by a redirect to this machine (RFC 8252).

import { AuthError, errorMessage } from '../../errors/errors.js';
import { isLoopback } from '../../http/loopback.js';
import { parseUrl } from '../../util/url.js';
import { answerParameters } from '../answer-parameters.js';
import { codeFrom } from '../check-state.js';
import type { Context } from '../context.js';
import type { TokenCredential } from '../credential.js';
import { codeGrant } from '../dex/token-endpoint.js';
import { authorizationRequest } from '../token-method.js';
import { type Loopback, listen } from './loopback.js';
import type { Person } from './person.js';
import type { PersonServer } from './server.js';

/** Seconds for a person in a browser. */
const PATIENCE = 600;
/** Not localhost, which may lead to another interface (RFC 8252, 8.3). */
const REDIRECT_URI = 'http://127.0.0.1/mlflow-auth';

/** @throws AuthError where the person does not log in, or the provider refuses it */
export async function browserLogin(
  given: Context,
  server: PersonServer,
  { show, signal }: Person,
): Promise<TokenCredential> {
  const { parameters: own, authorizationParameters, names } = server;
  const context = { ...given, keep: undefined };
  const authorization = authorizationEndpoint(server);
  const loopback = await open(server);
  try {
    const client = { ...server.client, redirectUri: loopback.redirectUri };
    const { query, state, verifier } = await authorizationRequest(client);
    context.mask(verifier);
    if (!client.scopes) query.delete('scope');
    const address = new URL(authorization);
    for (const [name, value] of Object.entries({ ...own, ...authorizationParameters })) query.set(name, value);
    for (const [name, value] of query) address.searchParams.set(name, value);
    show({ way: 'browser', address: address.href });
    const tried = { what: 'log in with the browser', address: authorization.origin + authorization.pathname };
    const parameters = await context.step('redirected by the browser', async () => {
      const url = await loopback.answer(state, PATIENCE, signal);
      if (!url) {
        const facts = { seconds: PATIENCE, redirect: loopback.redirectUri, ignored: loopback.ignored() };
        throw new AuthError({ request: names.request.browser, tried, diagnosis: { id: names.found.timeout, facts } });
      }
      return answerParameters(url, { status: 303, tried }, names.request.browser);
    });
    context.mask(codeFrom(parameters, state));
    const grant = { ...codeGrant(client, parameters, state, verifier, own), stage: names.request.token };
    return await context.step('code exchanged for a token', () => server.grant(context, grant));
  } finally {
    loopback.close();
  }
}

/** @throws AuthError where the provider lists none */
function authorizationEndpoint({ authorization, names, address }: PersonServer): URL {
  if (authorization) return authorization;
  const tried = { what: 'log in with the browser', address };
  throw new AuthError({ request: names.request.browser, tried, diagnosis: { id: 'person-unsupported', facts: {} } });
}

/** A redirect URI of this machine that the user set, with its port, or any free port. */
async function open({ client, names }: PersonServer): Promise<Loopback> {
  const set = parseUrl(client.redirectUri);
  const fixed = set?.protocol === 'http:' && isLoopback(set.hostname) && set.port !== '' ? set : undefined;
  const wanted = fixed ?? new URL(REDIRECT_URI);
  return listen(wanted).catch((cause) => {
    const tried = { what: 'listen for the redirect of the browser', address: wanted.href };
    const diagnosis = { id: 'loopback-port', facts: { text: errorMessage(cause) } } as const;
    throw new AuthError({ request: names.request.browser, tried, diagnosis }, { cause });
  });
}
