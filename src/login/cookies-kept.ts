// The cookies of one login at the login API or at Dex: a load balancer's sticky cookie leads each request to the same replica.

import type { Http } from '../http/types.js';
import type { Settings } from '../settings/types.js';
import { Jar } from './oauth2-proxy/cookies.js';

/**
 * HTTP that sends back, within the origin of the platform and that of Dex, the cookies that answers of it set. Requests to
 * other origins get none.
 * The public key comes at the same time as the login request, whose replica is the one to stay with.
 */
export function withCookies(http: Http, { platform, dexUrl }: Pick<Settings, 'platform' | 'dexUrl'>): Http {
  const jars = new Map([platform, new URL(dexUrl).origin].map((origin) => [origin, new Jar()]));
  return async (address, request) => {
    const { origin } = new URL(address);
    const jar = jars.get(origin);
    if (!jar) return http(address, request);
    const headers = { ...request.headers, ...(`${jar}` ? { cookie: `${jar}` } : {}) };
    const answer = await http(address, { ...request, headers });
    if (request.stage === 'pubkey') jars.set(origin, Jar.of(answer.headers, jars.get(origin) ?? jar));
    else jars.get(origin)?.take(answer.headers);
    return answer;
  };
}
