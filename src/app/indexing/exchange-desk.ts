import type { ExchangeDesk, RecordedContent } from '../../admin/access/exchange-desk.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';
import type { ExchangeIndex, FoundExchange } from '../../core/exchange/exchange-index.ts';
import { coversHome } from '../../core/people/covers-home.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { UnreadableSegment } from '../../recording/reading/read-lines.ts';
import type { ScopeView } from '../people/scope.ts';
import { unavailable } from '../people/unavailable.ts';
import type { SealedMessages } from './exchange-content.ts';
import type { WrittenRecord } from './exchange-records.ts';

export interface ExchangeDeskParts {
  /** Absent where `recordings.index` is off. */
  readonly index: ExchangeIndex | undefined;
  readonly scope: Pick<ScopeView, 'places'>;
  /** The countries that a place, as recorded, may be. */
  readonly countriesOf: (place: string) => readonly string[];
  /** @throws UnreadableSegment; what the operating system reports */
  readonly recordsOf: (found: FoundExchange) => Promise<readonly WrittenRecord[]>;
  /** @throws as `recordsOf` */
  readonly contentEventsOf: (found: FoundExchange) => Promise<SealedMessages>;
  readonly openContent: (sealed: SealedMessages) => Promise<RecordedContent>;
  readonly record: RecordAdmin;
}

const OFF: Refusal = { status: 404, detail: 'Exchanges are not indexed here: recordings.index is off' };

/** What was recorded, as people see it: who is scoped to places sees subjects that are at home there, and nobody without a home. */
export function createExchangeDesk({ index, scope, countriesOf, ...parts }: ExchangeDeskParts): ExchangeDesk {
  if (index === undefined) return NO_INDEX;
  const { recordsOf, contentEventsOf, openContent, record } = parts;
  const look = async (id: string, by: Principal): Promise<Result<FoundExchange, Refusal>> => {
    const found = await index.find(id);
    if (!found.ok) return fail(unavailable(found.failure));
    // What is out of scope does not exist for this person.
    if (found.value === undefined || !sees(by, found.value.exchange.home, scope)) {
      return fail({ status: 404, detail: 'No such exchange' });
    }
    return ok(found.value);
  };
  return {
    list: async (query, by) => {
      const homes = await homesOf(by, index, scope);
      return homes.ok ? orUnavailable(await index.list({ ...query, ...homes.value })) : homes;
    },
    find: async (id, by) => {
      const found = await look(id, by);
      if (!found.ok) return found;
      return readable(async () => ({ exchange: found.value.exchange, records: await recordsOf(found.value) }));
    },
    content: async (id, by) => {
      const found = await look(id, by);
      if (!found.ok) return found;
      const sealed = await readable(() => contentEventsOf(found.value));
      if (!sealed.ok) return sealed;
      // That somebody looked is worth knowing only where there was something to be seen.
      if (sealed.value.events.length === 0) return ok({});
      const recorded = await record({ by, action: 'content.read', subject: `exchange:${id}` });
      return recorded.ok ? ok(await openContent(sealed.value)) : fail(unavailable(recorded.failure));
    },
    places: async (filter, by) => {
      const homes = await homesOf(by, index, scope);
      const counted = homes.ok ? orUnavailable(await index.places({ ...filter, ...homes.value })) : homes;
      if (!counted.ok) return counted;
      const { counts, isWhole } = counted.value;
      return ok({ counts: counts.map((each) => ({ ...each, countries: countriesOf(each.place) })), isWhole });
    },
    sessions: async (query, by) => {
      const homes = await homesOf(by, index, scope);
      return homes.ok ? orUnavailable(await index.sessions({ ...query, ...homes.value })) : homes;
    },
    session: async (id, by) => {
      const found = await index.session(id);
      if (!found.ok) return fail(unavailable(found.failure));
      if (found.value === undefined || !sees(by, found.value.home, scope))
        return fail({ status: 404, detail: 'No such session' });
      return ok(found.value);
    },
  };
}

const off = (): Promise<Result<never, Refusal>> => Promise.resolve(fail(OFF));
const NO_INDEX: ExchangeDesk = { list: off, find: off, content: off, places: off, sessions: off, session: off };

/** The homes that somebody may see, among those that there are; nothing for who sees all. */
async function homesOf(
  by: Principal,
  index: ExchangeIndex,
  scope: ExchangeDeskParts['scope'],
): Promise<Result<{ readonly homes?: readonly string[] }, Refusal>> {
  if (by.places.any) return ok({});
  const homes = await index.homes();
  if (!homes.ok) return fail(unavailable(homes.failure));
  return ok({ homes: homes.value.filter((home) => sees(by, home, scope)) });
}

/**
 * Whether a home, as records name it, is within the scope of a role. It means what the policy in force says; a name that means
 * nothing any more is in no scope but that of who sees all.
 */
function sees({ places }: Principal, home: string | undefined, scope: ExchangeDeskParts['scope']): boolean {
  if (places.any) return true;
  if (home === undefined) return false;
  const named = scope.places(home.split('+'));
  const { any, countries } = named.places;
  return named.unknown.length === 0 && coversHome(places, { any, countries, label: home });
}

async function readable<T>(read: () => Promise<T>): Promise<Result<T, Refusal>> {
  try {
    return ok(await read());
  } catch (error) {
    if (!(error instanceof UnreadableSegment)) throw error;
    return fail({ status: 503, detail: 'The records of this exchange cannot be read; cordon verify says more' });
  }
}

function orUnavailable<T>(result: Result<T, Failure>): Result<T, Refusal> {
  return result.ok ? result : fail(unavailable(result.failure));
}
