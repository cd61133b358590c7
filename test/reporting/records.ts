import type { ReportQuestion } from '../../src/reporting/fold/question.ts';
import { ReportFold } from '../../src/reporting/fold/report-fold.ts';
import type { Figures } from '../../src/reporting/report.ts';

export const QUESTION: ReportQuestion = {
  jurisdiction: { id: 'dach', countries: ['AT', 'CH', 'DE'] },
  since: '2026-11-01T00:00:00.000Z',
  until: '2026-12-01T00:00:00.000Z',
  places: { jurisdictions: { eu: ['AT', 'DE', 'FR'], duo: ['DE', 'AT'] }, regions: { 'aws:eu-central-1': 'DE' } },
  homes: { folder: 'DE' },
};

export interface Written {
  readonly time?: string;
  readonly event: object;
}

/** The lines of one writer, as `LineBuffer` puts them. */
export function linesOf(events: readonly (Written | object)[], writer: string = 'w1'): string[] {
  return events.map((each, seq) => {
    const { time = '2026-11-10T00:00:00.000Z', event } = 'event' in each ? each : { event: each };
    const frame = { v: 1, seq, time, writer, prev: `sha256:${'0'.repeat(64)}` };
    return JSON.stringify({ ...frame, ...event });
  });
}

/** The figures of these writers, in this order. */
export function figuresOf(writers: Readonly<Record<string, readonly string[]>>, question: ReportQuestion = QUESTION): Figures {
  const fold = new ReportFold(question);
  for (const [writer, lines] of Object.entries(writers)) {
    fold.begin(writer);
    for (const line of lines) fold.line(line);
  }
  return fold.figures();
}

export const decision = (exchange: string, more: object = {}): object => ({
  kind: 'decision',
  exchange,
  session: 's1',
  subject: 'bot',
  home: 'DE',
  client: '192.0.2.7',
  exchangeKind: 'intercepted',
  method: 'POST',
  target: 'https://api.example/v1/things',
  place: { entry: 'DE', processing: 'DE', storage: 'DE' },
  evidence: [{ kind: 'endpoint-name', places: { entry: 'DE' }, source: 'catalogue:x' }],
  decision: 'permit',
  reason: 'Permitted by rule a',
  rules: ['a'],
  policy: 'sha256:aa',
  obligations: [],
  ...more,
});

export const outcome = (exchange: string, more: object = {}): object => ({
  kind: 'outcome',
  exchange,
  status: 200,
  dialled: '192.0.2.1:443',
  bytes: { sent: 10, received: 20 },
  timing: { total: 1 },
  findings: {},
  ...more,
});
