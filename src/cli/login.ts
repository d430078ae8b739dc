// The command login: a person logs in, and the refresh token is stored for the other commands, or printed for a CI system.

import { UsageError } from '../errors/errors.js';
import { personLogin } from '../login/people/login.js';
import { LONGEST_WAIT, type Prompt } from '../login/people/person.js';
import { runLogin } from '../login/session.js';
import { ownFileWriter } from '../renewal/own-file.js';
import { openPrivateFolder } from '../sdk/private-folder.js';
import { findOne } from '../settings/sources.js';
import { printable } from '../util/text.js';
import type { LoginCall } from './command.js';
import { openBrowser } from './open-browser.js';
import { linesOf, qrOf } from './prompt.js';
import { catchSignals, exitCodeOf } from './signals.js';
import { serverOf, storedAt, strongerThanStored } from './stored-login.js';
import { requireTerminal } from './terminal.js';

/**
 * Nothing is stored or printed before the credential was proven. What was stored before stays until then.
 * @returns the exit code: 128 and its number after a signal
 * @throws UsageError without a terminal, in CI, and with a client secret; AuthError
 */
export async function run(call: LoginCall): Promise<number> {
  const { flags, settings, sources, secrets, print, log } = call;
  requireTerminal(sources.env);
  // Dex would put it into the address that the browser shows (server/deviceflowhandlers.go), and a person keeps no secret of a client.
  if (settings.clientSecret)
    throw new UsageError(
      'login requires a public client, and client-secret is set: remove it, and set client-id to a public client.',
    );
  const printed = flags['print-refresh-token'] === 'true';
  if (printed && flags['refresh-token-file'] !== undefined)
    throw new UsageError(
      '--print-refresh-token and --refresh-token-file exclude each other: a refresh token can be used once.',
    );
  // A provider that only the MLflow proxy names is not known yet.
  const known = settings.refreshTokenFile ?? serverOf(settings);
  let place = printed || !known ? undefined : placeFor(call, serverOf(settings));
  const signals = catchSignals();
  const { aborted: signal } = signals;
  let token = '';
  try {
    const at = (server: string) => {
      if (!printed) place ??= placeFor(call, server);
    };
    const person = { at, show: (prompt: Prompt) => show(prompt, call), signal };
    const credential = await runLogin(settings, secrets, log, {
      signal,
      person: {
        patience: LONGEST_WAIT,
        logIn: async (context, checked) => {
          const made = await personLogin(context, checked, flags.browser === 'true', person);
          token = made.refreshToken;
          return made;
        },
      },
    });
    signal.throwIfAborted();
    if (place) await place.store(token, signal);
    else print(process.stdout.isTTY ? `${token}\n` : token);
    log.info(printable(`✓ logged in as ${credential.identity || 'an account without a name'}`));
    for (const line of place?.told ?? []) log.info(line);
    return 0;
  } catch (error) {
    place?.discard();
    const received = signals.received();
    if (!received) throw error;
    log.info(`interrupted by ${received}: nothing was stored`);
    return exitCodeOf(received);
  } finally {
    signals.release();
  }
}

/** Where the refresh token goes: the file that the user named, or one of its own for this client. @throws UsageError */
function placeFor({ settings, sources, log }: LoginCall, server: string) {
  const named = settings.refreshTokenFile;
  if (named !== undefined)
    return {
      store: ownFileWriter(named),
      told: [`- refresh token stored in ${printable(named)}: pass --refresh-token-file to the other commands`],
      discard: () => {},
    };
  const { folder, path } = storedAt({ server, clientId: settings.clientId }, sources.env);
  const opened = openPrivateFolder(folder, 'refresh-token-file');
  const stronger = strongerThanStored(sources, (name) => findOne(name, { ...sources, readFile: () => 'present' }));
  if (stronger) log.warn(`${stronger} takes precedence over this login: without it, other commands use what is stored`);
  return {
    store: ownFileWriter(path),
    told: [
      `- refresh token stored in ${printable(path)}`,
      serverOf(settings)
        ? '- env, exec, token and proxy use it with the same address and client-id; logout removes it'
        : printable(`- env, exec, token, proxy and logout find it if issuer (MLFLOW_AUTH_ISSUER) is set to ${server}`),
    ],
    discard: opened.discard,
  };
}

/** The browser is opened at once where the login waits for it on this machine, and otherwise only on request. */
function show(prompt: Prompt, { flags, log }: LoginCall): void {
  for (const line of linesOf(prompt)) log.info(line);
  if (flags.qr === 'true') log.info(qrOf(prompt));
  if (prompt.way === 'device' && flags.open !== 'true') return;
  const address = (prompt.way === 'device' && prompt.complete) || prompt.address;
  openBrowser(address, () => log.info('- the browser could not be started: open the address yourself'));
}
