// Text of servers and users, made fit to be printed: no line of it can be taken for a command or move a cursor.

const MAX = 240;

/** The text in one line, without control and format characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

/** The same, cut to a length that fits into a message. */
export function oneLine(text: string): string {
  const line = printable(text);
  return line.length > MAX ? `${line.slice(0, MAX)}...` : line;
}
