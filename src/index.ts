#!/usr/bin/env node
// The entry: a runner starts it without arguments and gets the action, anyone else gets the command line.
// What is imported by a call is evaluated by it, and so only where it is needed; it is in the same file all the same.

import { keepDebuggerShut } from './util/signals.js';

// Before anything that reads a secret.
keepDebuggerShut();
const args = process.argv.slice(2);
if (args.length === 0 && process.env.GITHUB_ACTIONS === 'true') {
  const { runAction } = await import(/* webpackMode: "eager" */ './action/main.js');
  await runAction(process.env);
} else {
  const { runCli } = await import(/* webpackMode: "eager" */ './cli/main.js');
  process.exitCode = await runCli(args, process.env);
}
