// Draws the results as an SVG: a bar for each program's median, with a line from the fastest to the slowest run.

import type { Result } from './results.js';

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 60;
const BAR = 15;
const GAP = 5;
const TOP = 40;
const COLOURS: Record<string, string> = {
  'mlflow-auth': '#2563eb',
  ideal: '#94a3b8',
  Python: '#d97706',
  shell: '#b45309',
};

/** @param roundTrip of the results to draw, in milliseconds */
export function plot(results: Result[], roundTrip: number): string {
  const rows = results.filter((one) => one.roundTrip === roundTrip && COLOURS[one.program]);
  const longest = Math.max(...rows.map(({ max }) => max));
  const x = (time: number) => Math.round(LEFT + (time / longest) * (WIDTH - LEFT - RIGHT));
  const height = TOP + rows.length * (BAR + GAP) + 10;
  const bars = rows.map((row, index) => {
    const y = TOP + index * (BAR + GAP);
    const middle = y + BAR / 2;
    const label = `${row.program} ${row.runtime}${row.verify ? ', verified' : ''}`;
    return [
      text(LEFT - 8, middle + 4, label, 'end'),
      `<rect x="${LEFT}" y="${y}" width="${x(row.median) - LEFT}" height="${BAR}" fill="${COLOURS[row.program]}"/>`,
      `<path d="M${x(row.min)} ${middle}H${x(row.max)}" stroke="#111827"/>`,
      text(x(row.max) + 6, middle + 4, String(Math.round(row.median)), 'start'),
    ].join('');
  });
  const title = `Whole process at a round trip of ${roundTrip} ms: median in ms, and the range`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${text(LEFT, 22, title, 'start')}
${bars.join('\n')}
</svg>
`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'end'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#111827">${content}</text>`;
}
