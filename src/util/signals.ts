// Signals that have an effect which no process with a secret may have.

/**
 * Keeps SIGUSR1 from opening Node's debugger, through which any user of the machine could read the password (Node's
 * documentation of process, "Signal events"). Other runtimes and systems know no such effect, or no such signal.
 */
export function keepDebuggerShut(): void {
  if (!('Deno' in globalThis) && process.platform !== 'win32') process.on('SIGUSR1', () => {});
}
