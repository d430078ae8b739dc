// The login in the system browser: authorization code with PKCE, which comes back by a redirect to this machine (RFC 8252).

import { AuthError, errorMessage } from '../../errors/errors.js';
import { isLoopback } from '../../http/loopback.js';
import { parseUrl } from '../../util/url.js';
import { answerParameters } from '../answer-parameters.js';
import { codeFrom } from '../check-state.js';
import type { Context } from '../context.js';
import { redeemCode, type Tokens } from '../dex/token-endpoint.js';
import { authorizationRequest, type TokenRequest } from '../token-method.js';
import { type Loopback, listen } from './loopback.js';
import type { Person } from './person.js';
import type { Provider } from './provider.js';

/** Seconds for a person in a browser. */
const PATIENCE = 600;
/** Not localhost, which may lead to another interface (RFC 8252, 8.3). */
const REDIRECT_URI = 'http://127.0.0.1/mlflow-auth';

interface Request extends TokenRequest {
  namedConnector: string | undefined;
}

/** @throws AuthError where the person does not log in, or the provider refuses it */
export async function browserLogin(
  given: Context,
  request: Request,
  { authorization }: Provider,
  { show, signal }: Person,
): Promise<Tokens> {
  const context = { ...given, keep: undefined };
  const loopback = await open(request.redirectUri);
  try {
    const own = { ...request, redirectUri: loopback.redirectUri };
    const { query, state, verifier } = await authorizationRequest(own);
    context.mask(verifier);
    if (request.namedConnector) query.set('connector_id', request.namedConnector);
    const address = new URL(authorization);
    for (const [name, value] of query) address.searchParams.set(name, value);
    show({ way: 'browser', address: address.href });
    const tried = { what: 'log in with the browser', address: authorization.origin + authorization.pathname };
    const parameters = await context.step('redirected by the browser', async () => {
      const url = await loopback.answer(state, PATIENCE, signal);
      if (!url) {
        const facts = { seconds: PATIENCE, redirect: loopback.redirectUri, ignored: loopback.ignored() };
        throw new AuthError({ request: 'browser', tried, diagnosis: { id: 'browser-timeout', facts } });
      }
      return answerParameters(url, { status: 303, tried }, 'browser');
    });
    context.mask(codeFrom(parameters, state));
    return await context.step('code exchanged for a token', () =>
      redeemCode(context, own, parameters, state, verifier),
    );
  } finally {
    loopback.close();
  }
}

/** A redirect URI of this machine that the user set, with its port, or any free port. */
async function open(redirectUri: string): Promise<Loopback> {
  const set = parseUrl(redirectUri);
  const fixed = set?.protocol === 'http:' && isLoopback(set.hostname) && set.port !== '' ? set : undefined;
  const wanted = fixed ?? new URL(REDIRECT_URI);
  return listen(wanted).catch((cause) => {
    const tried = { what: 'listen for the redirect of the browser', address: wanted.href };
    const diagnosis = { id: 'loopback-port', facts: { text: errorMessage(cause) } } as const;
    throw new AuthError({ request: 'browser', tried, diagnosis }, { cause });
  });
}
