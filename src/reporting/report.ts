/**
 * The residency report of one jurisdiction: what the records show, and where they lie. This shape is what `cordon report`
 * writes as JSON and `GET /v1/report` answers; a change that breaks its readers counts {@link REPORT_VERSION} up.
 */
import * as Type from 'typebox/type';
import type { Static, TSchema } from 'typebox/type';
import type { ExchangeFilter } from './exchange-filter.ts';

export const REPORT_VERSION = 1;

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const moment = (description: string) => Type.String({ description: `${description} RFC 3339, UTC.` });

const Filter = Type.Unsafe<ExchangeFilter>({
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'The query of `GET /v1/exchanges` that lists what was counted.',
});

const counts = {
  exchanges: count('Exchanges.'),
  sent: count('Content bytes toward the destinations.'),
  received: count('Content bytes from the destinations.'),
};

const facets = (description: string) =>
  Type.Object({ entry: Type.String(), processing: Type.String(), storage: Type.String() }, { ...closed, description });

const Facets = facets(
  'Where the data enters, is processed and is stored: countries, sets, cloud regions, or unknown, global, anycast.',
);

/** Rows, the largest first, and how much is in those that are left out. */
function ranked<T extends TSchema>(row: T, description: string) {
  const others = Type.Object(
    {
      rows: count('Rows that are left out.'),
      isAtLeast: Type.Boolean({ description: 'There were more different rows than are told apart; the counts are right.' }),
      ...counts,
    },
    { ...closed, description: 'What is not among the items.' },
  );
  return Type.Object({ items: Type.Array(row), others }, { ...closed, description });
}

const Flow = Type.Object(
  {
    place: Facets,
    basis: facets('The strongest evidence for each place; `follows entry` and `none` where there was none.'),
    isInside: Type.Boolean({ description: 'All three places lie in the jurisdiction.' }),
    ...counts,
    filter: Filter,
  },
  closed,
);

const Transfer = Type.Object(
  {
    rule: text('The rule whose clause carried it.'),
    basis: text('The legal basis that the clause states.'),
    reference: Type.Optional(text('What the clause refers to.')),
    place: Facets,
    ...counts,
    filter: Filter,
  },
  closed,
);

const Refusal = Type.Object({ place: Facets, ...counts, filter: Filter }, closed);
const HostRow = Type.Object({ host: text('Host of the target.'), place: Facets, ...counts, filter: Filter }, closed);
const Denials = Type.Object({ code: text('Why.'), host: text('Host of the target.'), ...counts, filter: Filter }, closed);
const Folded = Type.Object(
  {
    code: text('Why.'),
    host: text('Host of the target; empty for several.'),
    subject: Type.Optional(text('The agent.')),
    ...counts,
  },
  closed,
);
const Finding = Type.Object(
  {
    entity: text('Kind of value.'),
    values: count('Values that were found and treated as the rules say.'),
    exchanges: counts.exchanges,
    filter: Filter,
  },
  closed,
);
const Contradiction = Type.Object(
  { statement: text('The statements that exclude each other.'), host: text('Host of the target.'), ...counts, filter: Filter },
  closed,
);

const HoldDecision = Type.Object(
  {
    time: moment('When it was put on the record.'),
    person: text('Who.'),
    role: Type.Optional(text('In which role.')),
    decision: Type.Unsafe<'approved' | 'denied'>({ type: 'string', enum: ['approved', 'denied'] }),
    reason: Type.Optional(text('The reason that was given.')),
    cameAbout: Type.Boolean({ description: 'False where it was recorded and could not be carried out.' }),
  },
  closed,
);

const Hold = Type.Object(
  {
    approval: text('Id of the approval.'),
    heldAt: Type.Optional(moment('When it was first held; absent where that was before the period.')),
    subject: Type.Optional(text('The agent.')),
    host: Type.Optional(text('Host of the target.')),
    place: Type.Optional(Facets),
    rules: Type.Array(Type.String()),
    decisions: Type.Array(HoldDecision),
    released: count('Exchanges that were let go by it.'),
    filter: Type.Optional(Filter),
  },
  closed,
);

const PolicyVersion = Type.Object(
  {
    digest: text('Digest of the policy.'),
    decisions: count('Decisions that were made under it.'),
    first: moment('First decision.'),
    last: moment('Last decision.'),
  },
  closed,
);

const PolicyChange = Type.Object(
  {
    time: moment('When it was recorded.'),
    writer: text('The writer that recorded it.'),
    policy: text('Digest.'),
    change: text('`loaded`, `refused` or `tables`.'),
    loosened: Type.Array(Type.String(), { description: 'What it allows that the one before did not.' }),
    errors: Type.Array(Type.String(), { description: 'Why it was refused.' }),
  },
  closed,
);

const Gap = Type.Object(
  {
    time: moment('When it was recorded.'),
    writer: text('The writer.'),
    reason: text('Why.'),
    droppedBytes: Type.Optional(count('Bytes that were lost.')),
  },
  closed,
);

const figures = {
  totals: Type.Object(
    {
      records: count('Records of the period that were read, of all jurisdictions.'),
      unreadable: count('Records that could not be understood: their figures are missing.'),
      exchanges: count('Exchanges of the jurisdiction.'),
      permitted: count('Decisions to permit.'),
      held: count('Decisions to hold.'),
      refusedHolds: count('Holds that ended without a permit: denied by people, expired, changed.'),
      denied: count('Decisions to deny, without those that were folded.'),
      folded: count('Denials that were counted and not recorded one by one.'),
      wouldDeny: count('Permits of observed agents that enforcement would have denied.'),
      carried: count('Exchanges that reached a destination.'),
      notCarried: count('Exchanges that were permitted and reached none.'),
      withoutOutcome: count('Exchanges whose end is not on the record: they run, or a crash cut them.'),
      sent: counts.sent,
      received: counts.received,
      sentOutside: count('Content bytes toward destinations that do not lie in the jurisdiction entirely.'),
    },
    closed,
  ),
  notCounted: Type.Optional(
    Type.Object(
      {
        elsewhere: count('Decisions about agents at home elsewhere, or anywhere.'),
        unidentified: count('Decisions about nobody who was recognised.'),
        unknownHomes: ranked(
          Type.Object({ home: Type.String(), ...counts }, closed),
          'Homes that the policy does not know any more.',
        ),
      },
      { ...closed, description: 'What is on the record and not in this report; absent for roles that are scoped to places.' },
    ),
  ),
  flows: ranked(Flow, 'What was carried, by place and basis.'),
  destinations: ranked(HostRow, 'What was carried, by host.'),
  transfers: ranked(Transfer, 'What was carried out of the home of its agent, by the clause that permits it.'),
  denials: ranked(Denials, 'What was denied, by code and host.'),
  refusals: ranked(
    Refusal,
    'What was denied, by where it would have gone; without what was denied before its place was judged.',
  ),
  folded: ranked(Folded, 'Denials beyond a rate, counted; `exchanges` is how many.'),
  holds: Type.Object(
    {
      asked: count('Approvals that were asked for in the period.'),
      approved: count('Decisions of people to approve.'),
      denied: count('Decisions of people to deny.'),
      items: Type.Array(Hold, { description: 'Newest first.' }),
      others: count('Approvals that are not among the items.'),
      isAtLeast: Type.Boolean({ description: 'There were more than are told apart.' }),
    },
    closed,
  ),
  findings: Type.Array(Finding, { description: 'Values that were found, by entity.' }),
  contradictions: ranked(Contradiction, 'Evidence that excludes other evidence.'),
  openPlaces: ranked(HostRow, 'Destinations without a country: unknown, global, anycast; whatever was decided.'),
  policy: Type.Object(
    {
      versions: Type.Array(PolicyVersion),
      changes: Type.Array(PolicyChange, { description: 'In the order of time.' }),
      others: count('Changes that are not among these.'),
    },
    closed,
  ),
  gaps: Type.Object({ items: Type.Array(Gap), others: count('Gaps that are not among the items.') }, closed),
};

export const Figures = Type.Object(figures, closed);
/** What the records show. */
export type Figures = Static<typeof Figures>;

const Chain = Type.Object(
  {
    writer: text('The writer.'),
    state: Type.Unsafe<'whole' | 'broken'>({ type: 'string', enum: ['whole', 'broken'] }),
    records: Type.Optional(count('Records from the first one on.')),
    segments: Type.Optional(count('Segments.')),
    reason: Type.Optional(text('Where it is broken, and why.')),
    unread: Type.Optional(text('Why reading for this report ended early.')),
    checkpoint: Type.Optional(
      Type.Object({ time: moment('When it was signed.'), records: count('Records that it vouches for.') }, closed),
    ),
  },
  closed,
);

const StateLocation = Type.Object(
  {
    setting: text('The setting that states it.'),
    holds: text('What lies there.'),
    place: text('The place, or `unstated`.'),
    isInside: Type.Optional(Type.Boolean({ description: 'It lies in the jurisdiction; absent where it is unstated.' })),
  },
  closed,
);

const Table = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    state: Type.String(),
    date: Type.Optional(Type.String()),
    ageDays: Type.Optional(Type.Integer()),
    proves: Type.String(),
    source: Type.String(),
    licence: Type.String(),
  },
  closed,
);

export const Report = Type.Object(
  {
    report: Type.Literal(REPORT_VERSION, { description: 'Version of this shape.' }),
    jurisdiction: Type.Object({ id: Type.String(), countries: Type.Array(Type.String()) }, closed),
    period: Type.Object({ since: moment('First instant.'), until: moment('The instant behind the last.') }, closed),
    madeAt: moment('When it was made.'),
    isComplete: Type.Boolean({ description: 'Every chain is whole, and every record of the period was read.' }),
    ...figures,
    locations: Type.Array(StateLocation, { description: 'Where state lies, as the settings state it.' }),
    tables: Type.Array(Table, { description: 'What places are read from, as it stands when the report is made.' }),
    geoTrust: text('`agreeing`: GeoIP proves that a place is inside only where two databases agree. `single`: one will do.'),
    chains: Type.Array(Chain),
    notes: Type.Array(Type.String(), { description: 'What the report can and cannot say.' }),
  },
  closed,
);
/** The report as a whole. */
export type Report = Static<typeof Report>;
