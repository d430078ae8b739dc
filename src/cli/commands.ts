// The commands, one entry each: --help, the flags that are accepted and what runs all come from here.
// A command is evaluated only when it runs: `load` imports it, from the same file.

import type { Command } from './command.js';
import { FORMATS } from './formats.js';

const loginCommands = () => import(/* webpackMode: "eager" */ './login-commands.js');

const formats = Object.keys(FORMATS);
const REASONS = ['due', 'rejected'] as const;

export const COMMANDS: readonly Command[] = [
  {
    name: 'token',
    help: 'Log in and print the token, nothing else.',
    needs: { method: 'token' },
    load: async () => ({ run: (await loginCommands()).printCredential }),
  },
  {
    name: 'cookie',
    help: 'Log in and print the session cookie of oauth2-proxy as the value of a Cookie header.',
    needs: { trackingUri: true, method: 'cookie' },
    load: async () => ({ run: (await loginCommands()).printCredential }),
  },
  {
    name: 'env',
    help: 'Log in and print the environment variables of the MLflow SDK.',
    flags: [
      { name: 'format', value: 'FORMAT', oneOf: formats, help: `One of ${formats.join(', ')}. Default: shell.` },
      { name: 'otlp', help: 'Also print OTEL_EXPORTER_OTLP_TRACES_HEADERS, the headers of OTLP exporters for MLflow.' },
    ],
    needs: { trackingUri: true, caPath: true, folder: 'dir' },
    load: async () => ({ run: (await loginCommands()).printVariables }),
  },
  {
    name: 'exec',
    usage: 'exec -- COMMAND…',
    help: 'Log in and run a command with these variables. Renews the credential while the command runs and deletes it afterwards.',
    flags: [
      {
        name: 'keep-secrets',
        help: 'Keep the variables of password, client secret and refresh token in the environment of the command.',
      },
    ],
    takesProgram: true,
    masks: 'after line break',
    needs: { trackingUri: true, renew: true },
    load: () => import(/* webpackMode: "eager" */ './exec.js'),
  },
  {
    name: 'proxy',
    usage: 'proxy [-- COMMAND…]',
    help: 'Log in and serve MLflow on this machine with a token for this run alone: to a command, or until a signal.',
    flags: [
      { name: 'listen', value: 'HOST:PORT', help: 'Address to listen at. Default: 127.0.0.1 and any free port.' },
      {
        name: 'allow-remote',
        help: 'Allow an address of --listen that other machines reach. The token is then sent unencrypted.',
      },
      {
        name: 'health-listen',
        value: 'HOST:PORT',
        help: 'Also serve /healthz, and nothing else, there: for probes, which come to the address of the pod.',
      },
      {
        name: 'path-token',
        help: 'Put the token into the tracking URI, for clients that send none, as "new MlflowClient()" of Java.',
      },
      { name: 'format', value: 'FORMAT', oneOf: formats, help: 'Format of the variables, as that of env.' },
      { name: 'max-life', value: 'SECONDS', help: 'End after so many seconds at the latest.' },
    ],
    takesProgram: true,
    masks: 'never',
    needs: { trackingUri: true, renew: true },
    load: () => import(/* webpackMode: "eager" */ './proxy.js'),
  },
  {
    name: 'refresh',
    help: 'Print a new token for the refresh token in --refresh-token-file, and write the new refresh token there.',
    flags: [{ name: 'format', value: 'FORMAT', oneOf: ['json'] }],
    needs: { method: 'token', renew: true, newRefreshToken: true },
    load: () => import(/* webpackMode: "eager" */ './refresh.js'),
  },
  {
    name: 'login',
    help: 'Log in as a person at a terminal, with a public client, and store the refresh token for the other commands.',
    flags: [
      {
        name: 'browser',
        help: 'Log in with the browser of this machine, although the provider supports the device flow.',
      },
      { name: 'open', help: 'Device flow: also open the address in the browser of this machine.' },
      { name: 'qr', help: 'Also show the address as a QR code.' },
      {
        name: 'print-refresh-token',
        help: 'Print the refresh token alone, for the secret store of a CI system, and store it nowhere.',
      },
    ],
    masks: 'never',
    needs: { method: 'token', person: true, newRefreshToken: true },
    load: () => import(/* webpackMode: "eager" */ './login.js'),
  },
  {
    name: 'logout',
    help: 'Revoke the refresh token that login stored, if the provider can, and remove it; with --dir, remove the credential there, too.',
    masks: 'never',
    needs: { method: 'token', person: true, newRefreshToken: true, login: false },
    load: () => import(/* webpackMode: "eager" */ './logout.js'),
  },
  {
    name: 'doctor',
    help: 'Check every hop to MLflow without logging in, and report problems. Never prints secrets.',
    flags: [
      {
        name: 'login',
        help: 'Also log in. A password is not sent again after a rejection; a wrong one counts towards a lockout.',
      },
      { name: 'json', help: 'Print JSON.' },
      {
        name: 'python',
        value: 'PATH',
        help: 'Also check that this Python interpreter finds MLflow and the auth provider.',
      },
      {
        name: 'message',
        value: 'TEXT',
        help: 'Explain an error message of the MLflow SDK, curl or mlflow-auth; "-" reads it from standard input.',
      },
      {
        name: 'print-dex-config',
        value: 'OWNER',
        help: 'Print the configuration of Dex for keyless logins of this GitHub organization or user.',
      },
    ],
    masks: 'never',
    load: () => import(/* webpackMode: "eager" */ './doctor.js'),
  },
  {
    name: 'serve',
    masks: 'never',
    load: () => import(/* webpackMode: "eager" */ './serve.js'),
  },
  {
    name: 'renew',
    flags: [
      { name: 'seen', value: 'FINGERPRINT' },
      { name: 'reason', value: 'REASON', oneOf: REASONS },
    ],
    masks: 'never',
    load: async () => {
      const { renew } = await import(/* webpackMode: "eager" */ '../renewal/renew.js');
      return {
        run: async ({ flags, sources, secrets, log }) => {
          const reason = REASONS.find((one) => one === flags.reason);
          await renew(flags.dir ?? '', flags.seen ?? '', sources, secrets, log.info, { reason });
          return 0;
        },
      };
    },
  },
];
