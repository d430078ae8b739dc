// What the proxy has served, for its last line and for the summary of a job.

/** Since its start. Bytes are those of bodies. */
export interface Counts {
  requests: number;
  bytesUp: number;
  bytesDown: number;
  /** New credentials. */
  renewals: number;
  /** Requests that did not get in. */
  refused: number;
  /** Requests that were sent once more, after a reset, a rejection or while the server was away. */
  repeated: number;
  /** Requests that failed here although they got in. */
  failed: number;
}

export const noCounts = (): Counts => ({
  requests: 0,
  bytesUp: 0,
  bytesDown: 0,
  renewals: 0,
  refused: 0,
  repeated: 0,
  failed: 0,
});

type Rows = [label: string, text: string][];

/** Rows as a part of a sentence. */
export const inOneLine = (rows: Rows): string =>
  rows.map(([label, text]) => `${label.toLowerCase()}: ${text}`).join(', ');

/** The counts as rows for people. */
export function rowsOf(counts: Counts): Rows {
  return [
    ['Requests', String(counts.requests)],
    ['Uploaded', sizeOf(counts.bytesUp)],
    ['Downloaded', sizeOf(counts.bytesDown)],
    ['Renewals', String(counts.renewals)],
    ['Sent again', String(counts.repeated)],
    ['Refused', String(counts.refused)],
    ['Failed', String(counts.failed)],
  ];
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
