// Opens an address in the browser of the person: by the program of the system for that, without a shell.

import { spawn } from 'node:child_process';
import { withoutSecrets } from '../settings/secret-variables.js';

/**
 * Program and arguments. On Windows not "start" of cmd.exe, to which "&" in an address is a command, and by its path, since
 * the current directory comes first there.
 */
export function browserCommand(address: string, platform: NodeJS.Platform, systemRoot = 'C:\\Windows'): string[] {
  if (platform === 'darwin') return ['open', address];
  if (platform !== 'win32') return ['xdg-open', address];
  return [`${systemRoot}\\System32\\rundll32.exe`, 'url.dll,FileProtocolHandler', address];
}

/**
 * @param address of http or https, as URL writes it
 * @param failed called if the program does not exist or fails
 */
export function openBrowser(address: string, failed: () => void): void {
  const [program = '', ...args] = browserCommand(address, process.platform, process.env.SYSTEMROOT);
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env: withoutSecrets(process.env) });
  child.on('error', failed);
  child.on('exit', (code) => {
    if (code) failed();
  });
  // Under Deno, a child that could not be started has none.
  if (child.pid !== undefined) child.unref();
}
