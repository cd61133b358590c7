/** As much of a TopoJSON file as the countries of world-atlas use. */
export interface Topology {
  readonly transform: { readonly scale: Point; readonly translate: Point };
  /** Positions, each but the first as its distance from the one before. */
  readonly arcs: readonly (readonly Point[])[];
  readonly objects: { readonly countries: { readonly geometries: readonly Geometry[] } };
}

export type Point = readonly [number, number];

export interface Geometry {
  /** ISO 3166-1 numeric; absent where there is no code. */
  readonly id?: string;
  readonly properties: { readonly name: string };
  readonly type: 'Polygon' | 'MultiPolygon';
  /** Rings of arcs, of one polygon or of several; `~n` is arc `n` backwards. */
  readonly arcs: readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];
}

/** Longitude and latitude of every arc; one that crosses 180° goes on beyond it. */
export function decodeArcs({ arcs, transform: { scale, translate } }: Topology): Point[][] {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    const points = arc.map(([dx, dy]): Point => {
      [x, y] = [x + dx, y + dy];
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
    return points.reduce<Point[]>((line, point) => [...line, nearest(point, line.at(-1))], []);
  });
}

/** The rings of a geometry, outer ones and holes alike, each closed, in pieces that lie between 180° west and east. */
export function ringsOf(geometry: Geometry, arcs: readonly (readonly Point[])[]): Point[][] {
  const polygons = (
    geometry.type === 'Polygon' ? [geometry.arcs] : geometry.arcs
  ) as readonly (readonly (readonly number[])[])[];
  return polygons.flat().flatMap((ring) => {
    const line: Point[] = [];
    for (const index of ring) {
      const arc = index < 0 ? arcs[~index]!.toReversed() : arcs[index]!;
      const shift = line.length === 0 ? 0 : line.at(-1)![0] - nearest(line.at(-1)!, arc[0])[0];
      for (const [x, y] of line.length === 0 ? arc : arc.slice(1)) line.push([x + shift, y]);
    }
    return [-360, 0, 360].map((turn) => cut(line, turn)).filter((piece) => piece.length > 3);
  });
}

/** The same point, as many turns on as bring it next to another one. */
function nearest([x, y]: Point, to: Point | undefined): Point {
  return to === undefined ? [x, y] : [x + Math.round((to[0] - x) / 360) * 360, y];
}

/** What of a ring lies in this turn, moved back by it (Sutherland and Hodgman, against two lines). */
function cut(ring: readonly Point[], turn: number): Point[] {
  const moved = ring.map(([x, y]): Point => [x - turn, y]);
  return clip(clip(moved, 180, 1), -180, -1);
}

function clip(ring: readonly Point[], edge: number, side: 1 | -1): Point[] {
  const isIn = ([x]: Point): boolean => (edge - x) * side >= 0;
  const kept = ring.flatMap((point, i): Point[] => {
    const before = ring.at(i - 1)!;
    if (isIn(point) === isIn(before)) return isIn(point) ? [point] : [];
    const part = (edge - before[0]) / (point[0] - before[0]);
    const crossing: Point = [edge, before[1] + part * (point[1] - before[1])];
    return isIn(point) ? [crossing, point] : [crossing];
  });
  const [first, last] = [kept[0], kept.at(-1)];
  return first !== undefined && (first[0] !== last![0] || first[1] !== last![1]) ? [...kept, first] : kept;
}

/** Area with its sign, and the middle of it (the shoelace formula). */
export function measure(ring: readonly Point[]): { readonly area: number; readonly middle: Point } {
  let [area, x, y] = [0, 0, 0];
  for (let i = 1; i < ring.length; i++) {
    const [[x0, y0], [x1, y1]] = [ring[i - 1]!, ring[i]!];
    const cross = x0 * y1 - x1 * y0;
    [area, x, y] = [area + cross / 2, x + (x0 + x1) * cross, y + (y0 + y1) * cross];
  }
  return { area, middle: area === 0 ? ring[0]! : [x / (6 * area), y / (6 * area)] };
}

/**
 * Fewer points, none of the line further off than `tolerance` where it is drawn (Ramer, Douglas, Peucker); its ends stay where
 * others meet it.
 */
export function simplify(line: readonly Point[], drawn: (point: Point) => Point, tolerance: number): Point[] {
  if (line.length < 3) return [...line];
  const [first, last] = [drawn(line[0]!), drawn(line.at(-1)!)];
  let [farthest, distance] = [0, -1];
  for (let i = 1; i < line.length - 1; i++) {
    const far = distanceTo(drawn(line[i]!), first, last);
    if (far > distance) [farthest, distance] = [i, far];
  }
  if (distance <= tolerance) return [line[0]!, line.at(-1)!];
  const [before, behind] = [line.slice(0, farthest + 1), line.slice(farthest)];
  return [...simplify(before, drawn, tolerance).slice(0, -1), ...simplify(behind, drawn, tolerance)];
}

function distanceTo([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = Math.hypot(dx, dy);
  return length === 0 ? Math.hypot(x - x0, y - y0) : Math.abs(dx * (y - y0) - dy * (x - x0)) / length;
}
