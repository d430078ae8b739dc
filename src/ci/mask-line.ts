// The line by which a program tells a GitHub runner to mask a value, for commands whose standard output belongs to the user.

/** A workflow command with its line break; the runner takes it from standard error as well. */
export function maskLine(value: string): string {
  return `::add-mask::${value.replace(/[%\r\n]/g, (sign) => encodeURIComponent(sign))}\n`;
}
