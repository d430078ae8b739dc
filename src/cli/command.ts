// What a command is, and what it works with.

import type { Sources } from '../settings/sources.js';
import type { Needs, Settings } from '../settings/types.js';
import type { Logger } from '../util/logger.js';
import type { Secrets } from '../util/secrets.js';

/** The values of flags by name, as they were given. */
export type Flags = Record<string, string | undefined>;

/** A flag of one command, in addition to the settings. */
export interface Flag {
  name: string;
  /** What --help calls its value; a flag without one is a switch. */
  value?: string;
  /** The only values that it takes. */
  oneOf?: readonly string[];
  /** Its line in --help, which leaves out flags without one. */
  help?: string;
}

/** What a command works with. */
export interface Call {
  flags: Flags;
  /** What stands after `--`. */
  rest: readonly string[];
  sources: Sources;
  secrets: Secrets;
  /** Writes a text to standard output. */
  print: (text: string) => void;
  /** Writes lines to standard error; warnings are marked, and hold no secret. */
  log: Logger;
}

/** What a command works with that has needs: the settings, read and checked. */
export type LoginCall = Call & { settings: Settings };

/** A command itself. */
interface Runner<C extends Call> {
  /** @returns the exit code @throws UsageError, AuthError, or whatever else went wrong */
  run: (call: C) => Promise<number>;
}

/** One command, all that is known of it before it runs. */
export type Command = {
  name: string;
  /** How --help shows it, where that is not its name alone. */
  usage?: string;
  /** Its line in --help; a command without one is for programs, and is not listed. */
  help?: string;
  flags?: readonly Flag[];
  /** It takes a program and its arguments after `--`. */
  takesProgram?: true;
  /**
   * How it masks secrets on a runner: in lines of their own on standard error; the same, each after a line break, where a
   * program may be in the middle of a line; or not at all, where standard error ends up elsewhere.
   */
  masks?: 'after line break' | 'never';
} & (
  | { needs: Needs; load: () => Promise<Runner<LoginCall>> }
  | { needs?: undefined; load: () => Promise<Runner<Call>> }
);
