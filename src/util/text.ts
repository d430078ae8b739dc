// Text of servers and users, made fit to be printed: no line of it can be taken for a command or move a cursor.

const MAX = 240;

/** The text in one line, without control and format characters, and without what a runner takes for a command. */
export function printable(text: string): string {
  const line = wellFormed(text).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return noCommand(line).trim();
}

/** `##[command]` is one to a runner wherever it stands in a line; `::command::` only at the beginning. */
export function noCommand(line: string): string {
  return line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ');
}

/** The same, cut to a length that fits into a message. */
export function oneLine(text: string, max = MAX): string {
  const line = printable(text);
  return line.length > max ? `${wellFormed(line.slice(0, max))}...` : line;
}

/** The text with U+FFFD for each half of a surrogate pair, which UTF-8 and URLs cannot carry (JSON can, as in "\\ud800"). */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** Whether the text is nothing but visible ASCII, as tokens and cookies are: no whitespace, line break or other sign. */
export function isVisibleAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
