// The commands that log in and print what they got: token, cookie and env.

import type { CookieCredential, Credential } from '../login/credential.js';
import { runLogin } from '../login/session.js';
import { refreshTokenStore } from '../renewal/refresh-token.js';
import { withRefreshTokenFile } from '../renewal/refresh-token-file.js';
import { handOver } from '../sdk/handover.js';
import { otlpVariable } from '../sdk/otlp.js';
import { openPrivateFolder } from '../sdk/private-folder.js';
import { expiresSoon } from '../sdk/renewal-rules.js';
import type { LoginCall } from './command.js';
import { FORMATS, type Format } from './formats.js';

/** Prints the credential alone; a person's terminal also gets a line break. */
export async function printCredential(call: LoginCall): Promise<number> {
  const credential = await logIn(call);
  // By its needs, it is not basic.
  const value = credential.method === 'token' ? credential.token : (credential as CookieCredential).cookie;
  const short = expiresSoon(credential);
  if (short) call.log.warn(short);
  call.print(process.stdout.isTTY ? `${value}\n` : value);
  return 0;
}

/** Prints the variables of the SDK, and writes its folder where one is given. */
export async function printVariables(call: LoginCall): Promise<number> {
  const { flags, settings, sources, secrets, print, log } = call;
  const folder = settings.dir === undefined ? undefined : openPrivateFolder(settings.dir);
  const credential = await logIn(call).catch((error) => {
    folder?.discard();
    throw error;
  });
  // From now on the folder alone has the refresh token.
  const handed = { ...settings, refreshTokenFile: undefined };
  const variables = handOver(credential, handed, folder, sources, log.warn);
  if (settings.renew && settings.refreshToken)
    log.warn('renewals use the refresh token from now on: do not use it elsewhere');
  if (flags.otlp === 'true') variables.push(otlpVariable(credential, settings.workspace, secrets));
  const format = FORMATS[flags.format ?? 'shell'] as Format;
  print(format(variables));
  return 0;
}

async function logIn({ settings, secrets, log }: LoginCall): Promise<Credential> {
  // With renew the folder keeps it too, so that no other place is missed.
  const keep = refreshTokenStore(settings, settings.renew ? () => {} : log.warn);
  return withRefreshTokenFile(settings, secrets, ({ settings, guard, refusals }) =>
    runLogin(settings, secrets, log, { keep: keep && guard(keep), refusals }),
  );
}
