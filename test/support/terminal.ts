// The bundle at a terminal: standard input and standard error are a pseudo terminal, standard output is a pipe.

import { spawn } from 'node:child_process';
import { BUNDLE } from './program.js';

/** Node has no pseudo terminals. It is the controlling one, so that ^C is a signal. */
const PYTHON = `
import fcntl, os, pty, subprocess, sys, termios, threading
master, slave = pty.openpty()
def begin():
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
child = subprocess.Popen(sys.argv[1:], stdin=slave, stderr=slave, preexec_fn=begin)
os.close(slave)
def typing():
    while True:
        keys = os.read(0, 1024)
        if not keys: return
        os.write(master, keys)
threading.Thread(target=typing, daemon=True).start()
while True:
    try: text = os.read(master, 65536)
    except OSError: break
    if not text: break
    os.write(2, text)
status = child.wait()
os._exit(status if status >= 0 else 128 - status)
`;

export interface AtTerminal {
  /** What the terminal shows so far, with its line breaks as \n. */
  screen: () => string;
  type: (keys: string) => void;
  /** Waits until the terminal shows it. @throws Error where the program ends before */
  shows: (pattern: RegExp) => Promise<RegExpExecArray>;
  ended: Promise<{ status: number | null; stdout: string; screen: string }>;
}

/** Starts the bundle as a command. @param runtime program and arguments that run it */
export function atTerminal(
  args: string[],
  env: Record<string, string>,
  runtime: readonly string[] = [process.execPath],
): AtTerminal {
  const child = spawn('python3', ['-c', PYTHON, ...runtime, BUNDLE, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: 'pipe',
  });
  let stdout = '';
  let shown = '';
  const screen = () => shown.replaceAll('\r\n', '\n');
  let look = () => {};
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    shown += text;
    look();
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<{ status: number | null; stdout: string; screen: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, screen: screen() }));
  });
  const shows = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      look = () => {
        const found = pattern.exec(screen());
        if (found) resolve(found);
      };
      look();
      ended.then(() => reject(new Error(`the terminal never showed ${pattern}:\n${screen()}`)), reject);
    });
  return { screen, shows, ended, type: (keys) => child.stdin.write(keys) };
}
