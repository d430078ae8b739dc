// The cookies of one login at the login API: a load balancer's sticky cookie leads each request to the same replica.

import type { Http } from '../http/types.js';
import { Jar } from './oauth2-proxy/cookies.js';

/**
 * HTTP that sends back, within an origin, the cookies that answers of it set. Requests to other origins get none.
 * The public key comes at the same time as the login request, whose replica is the one to stay with.
 */
export function withCookies(http: Http, origin: string): Http {
  let jar = new Jar();
  return async (address, request) => {
    if (new URL(address).origin !== origin) return http(address, request);
    const headers = { ...request.headers, ...(`${jar}` ? { cookie: `${jar}` } : {}) };
    const answer = await http(address, { ...request, headers });
    if (request.stage === 'pubkey') jar = Jar.of(answer.headers, jar);
    else jar.take(answer.headers);
    return answer;
  };
}
