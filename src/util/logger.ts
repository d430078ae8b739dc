// Where a run tells what it does.

/** Takes one line, without its end. */
export type WriteLine = (line: string) => void;

/** Takes the lines of a run by their weight. */
export interface Logger {
  /** Progress. */
  info: WriteLine;
  /** What the user should act on, though the run goes on. */
  warn: WriteLine;
}
