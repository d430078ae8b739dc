// Tells the progress of a login, a line for each step with the time it took.

/** Writes one line. */
export type Say = (line: string) => void;

/** Makes the `step` and `note` of a context out of a place to write to. */
export function progress(say: Say, now: () => number = () => performance.now()) {
  const note = (text: string) => say(`- ${text}`);
  const step = async <T>(text: string, work: () => Promise<T>): Promise<T> => {
    const start = now();
    const end = (mark: string) => say(`${mark} ${text} (${Math.round(now() - start)} ms)`);
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
