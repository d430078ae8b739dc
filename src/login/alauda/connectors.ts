// The connectors of the platform's Dex, in which accounts live: local, and those of LDAP servers.

import type { Tried } from '../../errors/failure.js';
import { isText, jsonArray } from '../../http/response.js';
import type { Http } from '../../http/types.js';

/**
 * Lists the ids of the connectors; none where the platform does not tell them.
 * @param retry whether a failed connection may be tried again
 * @returns the ids, and what was tried, for messages
 * @throws AuthError when there is no answer
 */
export async function listConnectors(
  http: Http,
  platform: string,
  retry: boolean,
): Promise<{ ids: string[]; tried: Tried }> {
  const request = { stage: 'connectors', what: 'list the connectors', retry } as const;
  const { body, tried } = await http(`${platform}/dex/api/v1/connectors`, request);
  return { ids: jsonArray(body).map(idOf).filter(isText), tried };
}

const idOf = ({ conn_id, id }: Record<string, unknown>) => conn_id ?? id;
