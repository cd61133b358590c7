import { SERIES, type Samples, type Series } from './samples.ts';
import type { Point } from './slope.ts';

const WIDTH = 860;
const PANEL = 96;
const GAP = 34;
const LEFT = 64;
const RIGHT = 16;
const STEPS = 6;

/** An SVG of all series, one panel under the other, over minutes; what came before `from` (seconds) is shaded as warm-up. */
export function plot(samples: Samples, from: number): string {
  const names = Object.keys(SERIES) as Series[];
  const end = Math.max(...names.flatMap((name) => samples[name].map(({ at }) => at)));
  const height = names.length * (PANEL + GAP) + GAP;
  const x = (at: number): number => LEFT + (at / end) * (WIDTH - LEFT - RIGHT);
  const panels = names.map((name, index) => panel(name, samples[name], { x, top: GAP + index * (PANEL + GAP), from }));
  const ticks = Array.from({ length: STEPS + 1 }, (_, n) => (n * end) / STEPS).map((at) =>
    text(x(at), height - 10, `${round(at / 60)} min`, 'middle'),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11">
<title>A soak of the gateway</title>
<style>text { fill: #444 } .frame { fill: none; stroke: #999 } .grid { stroke: #9995 } .warm { fill: #9992 } .line { fill: none; stroke: #1668c7; stroke-width: 1.2 } @media (prefers-color-scheme: dark) { text { fill: #ccc } .line { stroke: #6cb0ff } }</style>
${[...panels, ...ticks].join('\n')}
</svg>
`;
}

interface Frame {
  readonly x: (at: number) => number;
  readonly top: number;
  readonly from: number;
}

function panel(name: Series, points: readonly Point[], { x, top, from }: Frame): string {
  const most = niceAbove(Math.max(...points.map(({ value }) => value)));
  const y = (value: number): number => top + PANEL - (value / most) * PANEL;
  const { title, unit } = SERIES[name];
  const line = points.map(({ at, value }) => `${round(x(at))},${round(y(value))}`).join(' ');
  return [
    text(LEFT, top - 6, unit === '' ? title : `${title} (${unit})`, 'start'),
    `<rect class="warm" x="${LEFT}" y="${top}" width="${round(x(from) - LEFT)}" height="${PANEL}"/>`,
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(most / 2)}" y2="${y(most / 2)}"/>`,
    `<rect class="frame" x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${PANEL}"/>`,
    ...[0, most / 2, most].map((value) => text(LEFT - 6, y(value) + 4, String(value), 'end')),
    `<polyline class="line" points="${line}"/>`,
  ].join('\n');
}

/** 1, 2 or 5 times a power of ten, as the top of an axis that starts at 0. */
function niceAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}
