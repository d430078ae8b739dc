// Tells the progress of a login, a line for each step with the time it took.

import type { WriteLine } from './logger.js';

/** Makes the `step` and `note` of a context out of a place to write to. */
export function progress(write: WriteLine, now: () => number = () => performance.now()) {
  const note = (text: string) => write(`- ${text}`);
  const step = async <T>(text: string, work: () => Promise<T>): Promise<T> => {
    const start = now();
    const end = (mark: string) => write(`${mark} ${text} (${Math.round(now() - start)} ms)`);
    try {
      const result = await work();
      end('✓');
      return result;
    } catch (error) {
      end('✗');
      throw error;
    }
  };
  return { step, note };
}
