// Draws lines of text as an SVG that looks the same wherever a monospaced font is found.

const FONT = 13;
const COLUMN = 7.85;
const LINE = 19;
const MARGIN = 14;
/** How many columns a line has before it is wrapped. */
const COLUMNS = 104;

export interface Line {
  text: string;
  colour: string;
  bold?: boolean;
}

/** @param title for those who do not see the picture */
export function draw(title: string, lines: Line[], background: string): string {
  const shown = lines.flatMap((line) => wrap(line.text).map((text) => ({ ...line, text })));
  const [width, height] = [Math.ceil(COLUMNS * COLUMN + 2 * MARGIN), shown.length * LINE + 2 * MARGIN];
  const texts = shown.map(({ text, colour, bold }, index) => {
    const weight = bold ? ' font-weight="bold"' : '';
    const y = MARGIN + (index + 1) * LINE - 5;
    return `<text x="${MARGIN}" y="${y}" fill="${colour}"${weight} xml:space="preserve">${escapeXml(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${FONT}">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" rx="6" fill="${background}"/>
${texts.join('\n')}
</svg>
`;
}

/** Breaks a text at spaces; what follows is indented like the text after its label, as in "Got:   …". */
export function wrap(text: string, columns = COLUMNS): string[] {
  const indent = ' '.repeat(/^(?:[\w ]+: {2,}|\s*[✓✗-] |\s*)/.exec(text)?.[0].length ?? 0);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const space = rest.lastIndexOf(' ', columns);
    const end = space > indent.length ? space : columns;
    lines.push(rest.slice(0, end));
    rest = indent + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
