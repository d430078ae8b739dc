// What a person reads who is to log in: an address, a code, and a QR code of both.

import { renderUnicodeCompact } from 'uqr';
import type { Prompt } from '../login/people/person.js';

/** Lines for the terminal. Addresses are as URL writes them, and codes visible ASCII, so that they hold no control character. */
export function linesOf(prompt: Prompt): string[] {
  if (prompt.way === 'browser') return ['Log in with the browser on this machine at', '', `  ${prompt.address}`, ''];
  const { address, code, seconds } = prompt;
  return [
    `Open ${address} in a browser, and enter the code`,
    '',
    `  ${code}`,
    '',
    `It expires in ${seconds} s. Confirm it only if the page is at ${new URL(address).host}, and you have started this login yourself.`,
  ];
}

/** The address with the code in it, or without, as blocks that a camera reads. */
export function qrOf({ address, ...prompt }: Prompt): string {
  const target = (prompt.way === 'device' && prompt.complete) || address;
  return renderUnicodeCompact(target, { border: 2 });
}
