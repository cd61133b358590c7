/** A value that was read at a time; seconds since the soak began. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** The least of every window: what a garbage collector leaves behind, without what it has not come to yet. */
export function lowest(points: readonly Point[], windowSeconds: number): readonly Point[] {
  const windows = Map.groupBy(points, ({ at }) => Math.floor(at / windowSeconds));
  return [...windows.values()].map((window) => window.reduce((least, each) => (each.value < least.value ? each : least)));
}

/** By how much the values grow from the first point to the last, along the line of least squares through all of them. */
export function growth(points: readonly Point[]): number {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at) {
    throw new Error(`Found ${points.length} points at one time, expected some at two times at least`);
  }
  const meanAt = mean(points.map(({ at }) => at));
  const meanValue = mean(points.map(({ value }) => value));
  const slope =
    points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0) /
    points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return slope * (last.at - first.at);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
