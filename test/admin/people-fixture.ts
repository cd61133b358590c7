import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { People } from '../../src/admin/access/people.ts';
import { createAdminRecord } from '../../src/app/people/admin-record.ts';
import { createPeople } from '../../src/app/people/people.ts';
import type { PeopleParts } from '../../src/app/people/people-parts.ts';
import { createEventBus } from '../../src/app/event-bus.ts';
import type { AgentDeclaration } from '../../src/core/agent.ts';
import type { AgentId } from '../../src/core/ids.ts';
import type { RecordAdmin } from '../../src/core/people/admin-entry.ts';
import type { Role, RoleAssignment } from '../../src/core/people/role.ts';
import { parseCountryCode } from '../../src/core/place/country.ts';
import { CountrySet } from '../../src/core/place/country-set.ts';
import type { GatewayEvent } from '../../src/core/ports.ts';
import { AttemptLimiter } from '../../src/identity/attempt-limiter.ts';
import { mintPersonToken } from '../../src/identity/people/person-token.ts';
import { scopePlaces } from '../../src/policy/place/scope-places.ts';
import { RefusedCredentials } from '../../src/recording/refused-credentials.ts';
import { createConsoleSessionRepository } from '../../src/store/people/console-session-repository.ts';
import { createPersonTokenRepository } from '../../src/store/people/person-token-repository.ts';
import { createTokenRepository } from '../../src/store/agents/token-repository.ts';
import { journalIn } from '../recording/fixtures.ts';
import { recordsOf } from '../support/record-files.ts';
import { databaseIn } from '../store/fixtures.ts';
import { MACHINE_RANDOM, type ManualClock } from '../support/clock.ts';

const HOUR = 3_600_000;

export interface PeopleFixture {
  readonly clock: ManualClock;
  readonly people: People;
  readonly parts: PeopleParts;
  readonly record: RecordAdmin;
  readonly events: readonly GatewayEvent[];
  /** Every record so far. */
  records(): Promise<readonly { [member: string]: unknown }[]>;
  /** The token of a person who holds this role everywhere: `<role>@acme.example`. */
  tokenFor(role: Role): Promise<string>;
  /** A token that is put into the store directly. */
  put(
    person: string,
    assignment: Partial<RoleAssignment> & { role: Role },
    more?: { ttl?: number; once?: boolean; breakGlass?: string },
  ): Promise<string>;
}

/** People over a real store and a real record. */
export async function openPeople(directory: string, clock: ManualClock): Promise<PeopleFixture> {
  const { db } = await databaseIn(directory, { clock });
  const journal = await journalIn(join(directory, 'recordings'), { clock });
  const events: GatewayEvent[] = [];
  const bus = createEventBus((error) => {
    throw error;
  });
  bus.subscribe((event) => void events.push(event));
  const record = createAdminRecord({ journal, events: bus });
  const refused = new RefusedCredentials({ journal, clock });
  onTestFinished(() => refused[Symbol.asyncDispose]());
  const parts: PeopleParts = {
    clock,
    random: MACHINE_RANDOM,
    agentTokens: createTokenRepository(db),
    personTokens: createPersonTokenRepository(db),
    sessions: createConsoleSessionRepository(db),
    record,
    events: bus,
    attempts: new AttemptLimiter({ clock, burst: 10, recovery: 60_000 }),
    refused,
    scope: {
      places: (names) => scopePlaces(names, { jurisdictions: SETS }, { jurisdictions: new Map(), regions: new Map() }),
      agent: (id) => AGENTS.get(id),
    },
    onUsed: () => {},
  };
  const put: PeopleFixture['put'] = async (person, assignment, { ttl = HOUR, once = false, ...more } = {}) => {
    const order = { person, assignment: { groups: [], places: [], ...assignment }, mintedBy: 'local:test', ttl, once, ...more };
    const minted = mintPersonToken(order, MACHINE_RANDOM, clock);
    const inserted = await parts.personTokens.insert(minted.token, minted.secretHash);
    if (!inserted.ok) throw new Error(inserted.failure.detail);
    return minted.text;
  };
  const known = new Map<Role, Promise<string>>();
  return {
    clock,
    people: createPeople(parts),
    parts,
    record,
    events,
    records: async () => {
      await refused.flush();
      return recordsOf(join(directory, 'recordings', journal.writer));
    },
    tokenFor: (role) => {
      const token = known.get(role) ?? put(`${role}@acme.example`, { role }, { ttl: 365 * 24 * HOUR });
      known.set(role, token);
      return token;
    },
    put,
  };
}

const countries = (...codes: string[]): CountrySet => CountrySet.of(codes.map((code) => parseCountryCode(code)!));
const SETS = new Map([['dach', countries('DE', 'AT', 'CH')]]);

/** `bot` is at home in Germany, `us-bot` in the United States. */
const AGENTS: ReadonlyMap<string, AgentDeclaration> = new Map(
  [agent('bot', 'DE'), agent('us-bot', 'US')].map((one) => [one.attributes.agent as string, one]),
);

function agent(id: string, home: string): AgentDeclaration {
  const attributes = {
    agent: id as AgentId,
    home: { any: false, countries: countries(home), label: home },
    mode: 'enforce',
  } as const;
  return { attributes, owners: [], identify: [{ token: true }] };
}
