// Text of servers and users, made fit to be printed: no line of it can be taken for a command or move a cursor.

/** Longest line of a message. */
const LONGEST = 1000;
/** Longest text of a server that a message keeps until it is printed. */
const BOUND = 1 << 14;

/** The text in one line, without control and format characters, and without what a runner takes for a command. */
export function printable(text: string): string {
  const line = wellFormed(text).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return noCommand(line).trim();
}

/** `##[command]` is one to a runner wherever it stands in a line; `::command::` only at the beginning. */
export function noCommand(line: string): string {
  return line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ');
}

/**
 * The same, bounded for what is kept in memory. It is not for printing: only what is struck out first may be cut.
 * An escape is not cut apart, so that what is left of a secret at the end can be decoded.
 */
export function bounded(text: string): string {
  const line = printable(text);
  return line.length > BOUND ? `${wellFormed(line.slice(0, BOUND)).replace(/[&%\\][#\w{]{0,10}$/, '')}...` : line;
}

/**
 * The text without the end of each line that is too long. What a line says in its last brackets stays: there an error
 * says what it means. Secrets must have been struck out before, or a part of one would be left.
 */
export function shortened(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  const lines = text.split('\n').map((line) => {
    if (line.length <= longest) return line;
    const meaning = / (\((?:[^()]|\([^()]{0,100}\)){1,300}\))$/.exec(line)?.[1];
    return `${wellFormed(line.slice(0, longest))}...${meaning ? ` ${meaning}` : ''}`;
  });
  return lines.join('\n');
}

/** The text with U+FFFD for each half of a surrogate pair, which UTF-8 and URLs cannot carry (JSON can, as in "\\ud800"). */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** Whether the text is nothing but visible ASCII, as tokens and cookies are: no whitespace, line break or other sign. */
export function isVisibleAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
