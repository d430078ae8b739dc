// The person at the terminal, as a login sees one.

/** Where the person has to go. */
export type Prompt =
  | {
      way: 'device';
      /** A page that requests the code. */
      address: string;
      /** The same page with the code filled in, if there is one. */
      complete: string | undefined;
      code: string;
      /** Until the code expires. */
      seconds: number;
    }
  | { way: 'browser'; address: string };

export interface Person {
  /** Gets the address of the server before the person goes there: dex-url, or the issuer. What it throws ends the login. */
  at: (address: string) => void;
  /** Tells where to go; what it gets is printable. */
  show: (prompt: Prompt) => void;
  /** Ends each wait. */
  signal: AbortSignal;
}

/** Seconds that a login waits for a person at most, whatever a server says. */
export const LONGEST_WAIT = 1800;
