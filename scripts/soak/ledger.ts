/** What a soak has asked for, kept by those who asked and by the origins: against it the record is held in the end. */

export const KINDS = ['plain', 'h1', 'h2', 'masked', 'sse', 'websocket', 'held', 'abroad', 'unnamed'] as const;
/** A kind of traffic; its requests have `/<kind>/<n>` as their path, and no path is asked for twice. */
export type Kind = (typeof KINDS)[number];

/** What the gateway has to answer a kind with. */
export const EXPECTED: Readonly<Record<Kind, string>> = {
  plain: '200',
  h1: '200',
  h2: '200',
  masked: '200',
  sse: '200',
  websocket: '101',
  held: '200',
  abroad: '403 outside_home',
  unnamed: '403 no_rule',
};

export const isDenied = (kind: Kind): boolean => EXPECTED[kind].startsWith('403');

export class Ledger {
  /** What clients got, by path: a status with the code of a refusal, or what broke. */
  readonly answers = new Map<string, string>();
  /** How often a request came to the origin that it was for, by path. */
  readonly arrivals = new Map<string, number>();
  /** What arrived and should not have: values that are masked, requests to a forbidden origin. */
  readonly leaks: string[] = [];
  readonly #next = new Map<Kind, number>();

  /** A path that nobody has asked for yet. */
  path(kind: Kind): string {
    const n = this.#next.get(kind) ?? 0;
    this.#next.set(kind, n + 1);
    return `/${kind}/${n}`;
  }

  answered(path: string, answer: string): void {
    this.answers.set(path, answer);
  }

  arrived(path: string): void {
    this.arrivals.set(path, (this.arrivals.get(path) ?? 0) + 1);
  }

  /** How many of each kind were asked for. */
  counts(): Readonly<Record<Kind, number>> {
    return Object.fromEntries(KINDS.map((kind) => [kind, this.#next.get(kind) ?? 0])) as Record<Kind, number>;
  }

  /** Answers that are not what their kind has to be answered with, as `path: answer`. */
  unexpected(): readonly string[] {
    return [...this.answers].flatMap(([path, answer]) => (answer === EXPECTED[kindOf(path)] ? [] : [`${path}: ${answer}`]));
  }
}

export function kindOf(path: string): Kind {
  const kind = KINDS.find((each) => path.startsWith(`/${each}/`));
  if (kind === undefined) throw new Error(`Found the path ${path}, expected one of a kind of traffic`);
  return kind;
}
