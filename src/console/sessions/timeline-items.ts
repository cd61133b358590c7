import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';

/** An exchange on the time line of its session. */
export interface TimelineItem {
  readonly exchange: ExchangeSummary;
  /** Milliseconds since the first one began. */
  readonly offset: number;
  /** Milliseconds in which nothing ran before it; absent where that is too short to be told. */
  readonly pause?: number;
  /** Where it began and ended within its stretch, which lies between two pauses: 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** From here on it is told that nothing ran, and what comes after it gets a scale of its own. */
const PAUSE = 30_000;

interface Stretch {
  readonly start: number;
  end: number;
  readonly pause: number | undefined;
  readonly members: { readonly exchange: ExchangeSummary; readonly start: number }[];
}

/** Exchanges by the time at which they began, each with its share of the time in which the agent was busy. */
export function timelineOf(exchanges: readonly ExchangeSummary[]): readonly TimelineItem[] {
  const stretches = stretchesOf(exchanges);
  const first = stretches[0]?.start ?? 0;
  return stretches.flatMap(({ start, end, pause, members }) => {
    const share = (moment: number): number => Math.min(1, (moment - start) / Math.max(1, end - start));
    return members.map(({ exchange, start: began }, index) => ({
      exchange,
      offset: began - first,
      ...(index === 0 && pause !== undefined && { pause }),
      from: share(began),
      to: exchange.state === 'open' ? 1 : share(began + (exchange.milliseconds ?? 0)),
    }));
  });
}

function stretchesOf(exchanges: readonly ExchangeSummary[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const began = exchanges.map((exchange) => ({ exchange, start: Date.parse(exchange.time) }));
  for (const member of began.toSorted((a, b) => a.start - b.start)) {
    const { exchange, start } = member;
    let last = stretches.at(-1);
    const idle = last === undefined ? undefined : start - last.end;
    if (last === undefined || (idle ?? 0) >= PAUSE) {
      last = { start, end: start, pause: idle, members: [] };
      stretches.push(last);
    }
    last.members.push(member);
    // A tunnel stays open long after anything ran in it.
    const lasted = exchange.kind === 'connect' ? 0 : (exchange.milliseconds ?? 0);
    last.end = Math.max(last.end, start + lasted);
  }
  return stretches;
}
