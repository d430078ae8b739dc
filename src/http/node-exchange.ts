// Requests by node:http, which is loaded while the first connections open.

import { openConnections } from './preconnect.js';
import type { Exchange, ExchangeOptions } from './types.js';

export function openNodeExchange(options: ExchangeOptions): Exchange {
  const direct = openConnections(options);
  let requests: Promise<Pick<Exchange, 'send' | 'close'>> | undefined;
  const load = async () => {
    const { openRequests } = await import(/* webpackMode: "eager" */ './node-request.js');
    return openRequests(options, direct);
  };
  return {
    preconnect: direct.preconnect,
    send: async (url, message, signal) => {
      requests ??= load();
      return (await requests).send(url, message, signal);
    },
    close: () => {
      direct.close();
      requests?.then(({ close }) => close()).catch(() => {});
    },
  };
}
