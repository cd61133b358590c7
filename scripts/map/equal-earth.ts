import type { Point } from './topology.ts';

const WIDTH = 2000;
/** Cut off below: nobody processes data on Antarctica. */
const SOUTH = -58;
const NORTH = 84;

const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];
const M = Math.sqrt(3) / 2;

/** Equal Earth (Šavrič, Patterson and Jenny 2018, https://doi.org/10.1080/13658816.2018.1504949), of radius 1. */
function equalEarth([longitude, latitude]: Point): Point {
  const [lambda, phi] = [(longitude * Math.PI) / 180, (latitude * Math.PI) / 180];
  const theta = Math.asin(M * Math.sin(phi));
  const t2 = theta * theta;
  const t6 = t2 * t2 * t2;
  const x = (lambda * Math.cos(theta)) / (M * (A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2)));
  return [x, theta * (A1 + A2 * t2 + t6 * (A3 + A4 * t2))];
}

const EAST = equalEarth([180, 0])[0];
const SCALE = WIDTH / (2 * EAST);
const TOP = equalEarth([0, NORTH])[1];

/** Units of the map from its top left corner, which is 2,000 wide. */
export function project(position: Point): Point {
  const [x, y] = equalEarth(position);
  return [(x + EAST) * SCALE, (TOP - y) * SCALE];
}

export const HEIGHT: number = Math.ceil(project([0, SOUTH])[1]);
