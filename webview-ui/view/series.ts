import type { Point } from '../../src/core/parameters/curves.js';
import { draw } from '../dom.js';

/** How one version's line looks: no two of twelve share dashes and markers, whatever becomes of their colours. */
export interface Look {
  /** Colours are the style sheet's: `series-0` to `series-5`. */
  readonly colour: string;
  readonly dashes: string;
  /** Draws its marker at a place. */
  readonly marker: (x: number, y: number) => SVGPathElement;
}

const COLOURS = 6;
const DASHES = ['none', '6 3', '1.5 3', '9 3 1.5 3'];
/** Outlines around 0, some 7 wide. */
const MARKERS = [
  'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z',
  'm-2.7-2.7h5.4v5.4h-5.4z',
  'm0-3.6 3.5 6h-7z',
  'm0-3.8 3.8 3.8-3.8 3.8-3.8-3.8z',
  'm0 3.6 3.5-6h-7z',
  'm-1.2-3.4h2.4v2.2h2.2v2.4h-2.2v2.2h-2.4v-2.2h-2.2v-2.4h2.2z',
];

/** The look of a column, the same in every chart and wherever the column stands. */
export function lookOf(column: number): Look {
  const outline = MARKERS[column % MARKERS.length] ?? '';
  return {
    colour: `series-${column % COLOURS}`,
    dashes: DASHES[column % DASHES.length] ?? 'none',
    marker: (x, y) => draw('path', { class: 'marker', d: `M${round(x)} ${round(y)}${outline}` }),
  };
}

/** The line and marker of a version as they stand in the legend. */
export function swatch(column: number): SVGSVGElement {
  const look = lookOf(column);
  return draw(
    'svg',
    { class: `swatch ${look.colour}`, viewBox: '0 0 32 10', 'aria-hidden': 'true', focusable: 'false' },
    draw('path', { class: 'line', d: 'M1 5H31', 'stroke-dasharray': look.dashes }),
    look.marker(16, 5),
  );
}

/** About how many markers a line has beside those at its ends. */
const MARKED = 5;

/** Lines through points with markers at their ends and here and there between, not at the same steps in every series. */
export function drawSeries(
  column: number,
  lines: readonly (readonly Point[])[],
  place: (point: Point) => readonly [x: number, y: number],
): SVGGElement {
  const look = lookOf(column);
  const group = draw('g', { class: look.colour });
  const every = Math.max(2, Math.ceil(lines.reduce((sum, line) => sum + line.length, 0) / MARKED));
  const offset = Math.floor((every * (column % COLOURS)) / COLOURS);
  for (const line of lines) {
    const places = line.map(place);
    const path = places.map(([x, y]) => `${round(x)} ${round(y)}`).join('L');
    if (line.length > 1)
      group.append(draw('path', { class: 'line', d: `M${path}`, 'stroke-dasharray': look.dashes }));
    places.forEach(([x, y], index) => {
      const end = index === 0 || index === places.length - 1;
      if (end || (index + offset) % every === 0) group.append(look.marker(x, y));
    });
  }
  return group;
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
