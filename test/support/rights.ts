// What a program may do with files, alike for whoever runs the tests: the superuser, who may do anything, or anyone else.

import { chownSync } from 'node:fs';

const superuser = process.getuid?.() === 0;

/** A user and group that no test runs as. */
const STRANGER = 65534;

/** Why modes and owners are not tested here, or false. */
export const noModes = process.platform === 'win32' && 'Windows has no modes and owners of this kind';

/** A command line that runs this one without the superuser's power over the modes of files (util-linux has setpriv). */
export function bound(command: string[]): string[] {
  return superuser
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all', ...command]
    : command;
}

/**
 * Makes a folder somebody else's. Only the superuser can give it away, and takes nothing amiss that is the superuser's;
 * so the program is told, too, that it runs as a user who owns nothing here.
 * @returns the environment for the program
 */
export function giveAway(folder: string): Record<string, string> {
  if (superuser) chownSync(folder, STRANGER, STRANGER);
  return { NODE_OPTIONS: '--import=data:text/javascript,process.getuid=()=>4242' };
}
