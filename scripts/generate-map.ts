/**
 * Draws the outlines of the console's map: `npm run map`. It fetches two packages from the npm registry, for itself alone: at
 * eight megabytes they are no dependency. Commit what it writes.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COUNTRY_CODES } from '../src/core/place/country.ts';
import { HEIGHT, project } from './map/equal-earth.ts';
import { decodeArcs, measure, ringsOf, simplify, type Point, type Topology } from './map/topology.ts';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = join(ROOT, 'src/console/map/outlines.ts');

/** What is fetched, and what its files have to be. */
const SOURCES = {
  atlas: {
    package: 'world-atlas@2.0.2',
    file: 'world-atlas/countries-50m.json',
    sha256: '04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394',
  },
  codes: {
    package: 'i18n-iso-countries@7.14.0',
    file: 'i18n-iso-countries/codes.json',
    sha256: '736d7666e943e0bca25c518e3903e2b328ce54b94662553a6472c379dbfb50aa',
  },
} as const;

/** In units of the map, which is 2,000 wide: a line is this far off at most, and an island at least so large. */
const TOLERANCE = 1.4;
const LEAST_AREA = 10;

/** Land that the atlas gives no code to. What is not here stays land without one. */
const BY_NAME: Readonly<Record<string, string>> = { Kosovo: 'XK', Somaliland: 'SO' };
const NO_CODE = '';

/** Longitude and latitude of what the atlas does not draw by itself, since it is small or drawn as a part of another. */
const MISSING: Readonly<Record<string, Point>> = {
  BQ: [-68.3, 12.2],
  BV: [3.4, -54.4],
  CC: [96.8, -12.2],
  CX: [105.7, -10.5],
  GF: [-53.1, 4],
  GI: [-5.35, 36.14],
  GP: [-61.5, 16.2],
  MQ: [-61, 14.6],
  RE: [55.5, -21.1],
  SJ: [16, 78.5],
  TK: [-171.8, -9.2],
  TV: [179.2, -8.5],
  UM: [-176.5, 0.2],
  YT: [45.15, -12.8],
};

async function fetched(): Promise<{ readonly atlas: Topology; readonly codes: readonly (readonly string[])[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-map-'));
  try {
    const packages = Object.values(SOURCES).map((source) => source.package);
    await run('npm', ['install', '--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
    const read = async ({ file, sha256 }: (typeof SOURCES)['atlas' | 'codes']): Promise<unknown> => {
      const bytes = await readFile(join(directory, 'node_modules', file));
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== sha256) throw new Error(`Found ${file} with SHA-256 ${found}, expected ${sha256}`);
      return JSON.parse(bytes.toString('utf8'));
    };
    return { atlas: (await read(SOURCES.atlas)) as Topology, codes: (await read(SOURCES.codes)) as string[][] };
  } finally {
    await rm(directory, { recursive: true });
  }
}

interface Drawn {
  outline: string;
  middle: Point;
  area: number;
}

/** Outline and middle of each country. */
function draw(atlas: Topology, codes: readonly (readonly string[])[]): Map<string, Drawn> {
  const alpha2 = new Map(codes.map(([alpha2, , numeric]) => [numeric, alpha2] as const));
  const arcs = decodeArcs(atlas);
  // Each arc once, whoever it belongs to: neighbours go on sharing their border.
  const simplified = arcs.map((arc) => simplify(arc, project, TOLERANCE));
  const onMap = (ring: readonly Point[]): Point[] => ring.map(project);
  const drawn = new Map<string, Drawn>();
  for (const geometry of atlas.objects.countries.geometries) {
    const code = alpha2.get(geometry.id) ?? BY_NAME[geometry.properties.name] ?? NO_CODE;
    const largest = ringsOf(geometry, arcs)
      .map((ring) => measure(onMap(ring)))
      .reduce((a, b) => (Math.abs(b.area) > Math.abs(a.area) ? b : a));
    const outline = code === 'AQ' ? '' : ringsOf(geometry, simplified).map(onMap).map(pathOf).join('');
    const before = drawn.get(code) ?? { outline: '', middle: largest.middle, area: 0 };
    const isLarger = Math.abs(largest.area) > before.area;
    drawn.set(code, {
      outline: before.outline + outline,
      middle: isLarger ? largest.middle : before.middle,
      area: isLarger ? Math.abs(largest.area) : before.area,
    });
  }
  for (const [code, position] of Object.entries(MISSING)) drawn.set(code, { outline: '', middle: project(position), area: 0 });
  return drawn;
}

/** A closed line in the shortest words that SVG has for it; nothing for what is too small to be seen. */
function pathOf(ring: readonly Point[]): string {
  if (Math.abs(measure(ring).area) < LEAST_AREA) return '';
  const points = ring.map(([x, y]): Point => [Math.round(x), Math.round(y)]);
  const steps: number[] = [];
  let [x, y] = points[0]!;
  for (const [nextX, nextY] of points.slice(1, -1)) {
    if (nextX !== x || nextY !== y) steps.push(nextX - x, nextY - y);
    [x, y] = [nextX, nextY];
  }
  const numbers = (all: readonly number[]): string => all.join(' ').replaceAll(' -', '-');
  return steps.length < 4 ? '' : `M${numbers(points[0]!)}l${numbers(steps)}z`;
}

function render(drawn: ReadonlyMap<string, Drawn>): string {
  const unknown = COUNTRY_CODES.filter((code) => !drawn.has(code));
  if (unknown.length > 0) throw new Error(`Found no place on the map for ${unknown.join(', ')}: add them to MISSING`);
  const middles = COUNTRY_CODES.map((code) => `${code}${drawn.get(code)!.middle.map(Math.round).join(',')}`);
  const outlines = [NO_CODE, ...COUNTRY_CODES].filter((code) => drawn.get(code)!.outline !== '');
  return [
    '// Made by scripts/generate-map.ts from Natural Earth (public domain, naturalearthdata.com), as packaged by world-atlas 2.0.2.',
    '// Borders are as Natural Earth draws them, by who is in control; nothing follows from them for any decision.',
    '',
    '/** Size of the map, in the Equal Earth projection. */',
    `export const SIZE = { width: 2000, height: ${HEIGHT} } as const;`,
    '',
    '/** The middle of each country, `DE1034,201`, by its code. */',
    `export const MIDDLES = '${middles.join(' ')}';`,
    '',
    '/** Paths of SVG by country; under the empty name, land that belongs to none. */',
    'export const OUTLINES: Readonly<Record<string, string>> = {',
    ...outlines.map((code) => `  ${code === NO_CODE ? "''" : code}: '${drawn.get(code)!.outline}',`),
    '};',
    '',
  ].join('\n');
}

const { atlas, codes } = await fetched();
await writeFile(TARGET, render(draw(atlas, codes)));
await run(join(ROOT, 'node_modules/.bin/oxfmt'), [TARGET], { cwd: ROOT });
process.stdout.write(`${TARGET.slice(ROOT.length)} written\n`);
