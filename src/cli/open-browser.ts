// Opens an address in the browser of the person: by the program of the system for that, without a shell.

import { spawn } from 'node:child_process';

const PROGRAMS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // Not "start" of cmd.exe, to which "&" in an address is a command.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * @param address of http or https, as URL writes it
 * @param failed called where there is no such program, or it fails
 */
export function openBrowser(address: string, failed: () => void, platform = process.platform): void {
  const [program, ...args] = PROGRAMS[platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  child.on('error', failed);
  child.on('exit', (code) => {
    if (code) failed();
  });
  child.unref();
}
