// Notices when this machine's clock and the servers' differ, which makes good tokens and keys look bad.

import type { AnswerHeaders } from './types.js';

/**
 * Compares this machine's clock with the servers' `Date` headers.
 * @param differs called once with a sentence, when the difference is over 2 minutes
 */
export function clockWatch(differs: (text: string) => void): (host: string, headers: AnswerHeaders) => void {
  let told = false;
  return (host, headers) => {
    const seconds = Math.round((Date.now() - Date.parse(headers.get('date') ?? '')) / 1000);
    if (told || !(Math.abs(seconds) > 120)) return;
    told = true;
    differs(`this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} that of ${host}`);
  };
}
