import { mkdir } from 'node:fs/promises';
import type { Settings } from '../config/settings-schema.ts';
import type { ConsoleSessionStore } from '../core/people/console-session.ts';
import type { PersonTokenStore } from '../core/people/person-token.ts';
import type { StoppedAgentStore } from '../core/stopped-agent.ts';
import type { AssertionStore, Clock, EventBus, Keys, Random, TokenStore } from '../core/ports.ts';
import { ok, type Result } from '../core/result.ts';
import type { GeoTables } from '../destination/geo-tables.ts';
import type { OpenJournal } from '../recording/journal.ts';
import type { Database } from '../store/database.ts';
import { createConsoleSessionRepository } from '../store/people/console-session-repository.ts';
import { createPersonTokenRepository } from '../store/people/person-token-repository.ts';
import { createStoppedAgentRepository } from '../store/agents/stopped-agent-repository.ts';
import { createAssertionRepository } from '../store/agents/assertion-repository.ts';
import { createTokenRepository } from '../store/agents/token-repository.ts';
import type { Log } from '../telemetry/log.ts';
import { openIssuingCa, type IssuingCa } from '../tls/issuing-ca.ts';
import { openOriginTls, type OriginTls } from '../tls/origin-tls.ts';
import type { ContentMeans } from '../pipeline/content/content-means.ts';
import { createSharedKeyStore } from '../store/fleet/shared-key-store.ts';
import { checkKeys, type CheckParts } from './fleet/check-keys.ts';
import { installationKeys } from './fleet/installation-keys.ts';
import { openContentMeans } from './loading/content-means.ts';
import { openHoldState, type HoldState } from './loading/hold-state.ts';
import { readAnchors } from './loading/read-anchors.ts';
import { openIndex, type OpenIndex } from './indexing/open-index.ts';
import { openStore } from './loading/open-store.ts';
import { openRecords, type Records } from './records/stores/open-records.ts';
import { statePlaces, type StatePlace } from './loading/state-places.ts';

/** What the gateway keeps, opened. */
export interface State extends AsyncDisposable {
  readonly database: Database;
  /** Somebody else has changed the store and said so. */
  readonly wakeStore: () => void;
  readonly keys: Keys;
  readonly tokens: TokenStore;
  readonly stoppedAgents: StoppedAgentStore;
  readonly personTokens: PersonTokenStore;
  readonly assertions: AssertionStore;
  readonly consoleSessions: ConsoleSessionStore;
  /** By the home of whom they concern. */
  readonly records: Records;
  /** Of what concerns no agent. */
  readonly journal: OpenJournal;
  readonly ca: IssuingCa;
  readonly originTls: OriginTls;
  /** PEM texts of `trust`. */
  readonly anchors: readonly string[];
  readonly content: ContentMeans;
  readonly holds: HoldState;
  /** Absent where `recordings.index` is off. */
  readonly index: OpenIndex | undefined;
  /** Where it lies, as far as that is stated. */
  readonly places: readonly StatePlace[];
}

export interface StateParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Those in force. */
  readonly tables: () => GeoTables;
  readonly events: EventBus;
  /** Of the workers of one gateway, each of which has a spool of its own. */
  readonly worker?: number | undefined;
  /** Told when this process has changed the store, where others have to be told. */
  readonly onChange?: (() => void) | undefined;
}

/** @failure a sentence that names the file or setting that cannot be used */
export async function openState(settings: Settings, parts: StateParts): Promise<Result<State, string>> {
  const { clock, random, log, events, worker } = parts;
  const { world } = parts.tables();
  const tables = () => Promise.resolve(ok(parts.tables()));
  await using stack = new AsyncDisposableStack();
  const { directory } = settings.data;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const places = statePlaces(settings, world);
  if (!places.ok) return places;
  const opened = await openStore(settings, { clock, tables });
  if (!opened.ok) return opened;
  const database = stack.use(toldChanges(opened.value, parts.onChange));
  const records = await openRecords(settings, {
    clock,
    random,
    world,
    db: database.db,
    onError: ({ detail }) => log.error({ detail }, 'The record cannot be written'),
  });
  if (!records.ok) return records;
  stack.use(records.value);
  const ca = await openIssuingCa({
    directory,
    clock,
    random,
    ...(settings.tls.ca !== undefined && { settings: settings.tls.ca }),
  });
  if (!ca.ok) return ca;
  const keys = installationKeys(settings.data, random);
  const checked = await sharedKeysChecked(settings, { db: database.db, keys, clock, random, ca: ca.value });
  if (!checked.ok) return checked;
  const anchors = await readAnchors(settings.trust);
  if (!anchors.ok) return anchors;
  const originTls = openOriginTls(anchors.value);
  if (!originTls.ok) return originTls;
  const content = await openContentMeans(settings, { db: database.db, keys, clock, random, worker });
  if (!content.ok) return content;
  const holds = stack.use(await openHoldState({ database, keys, clock, random, events }));
  const index = await indexOf(settings, { clock, random, keys, tables });
  if (!index.ok) return index;
  if (index.value !== undefined) stack.use(index.value);
  const owned = stack.move();
  return ok({
    database,
    wakeStore: () => opened.value.signal(),
    keys,
    ...repositoriesOf(database),
    records: records.value,
    journal: records.value.own,
    ca: ca.value,
    originTls: originTls.value,
    anchors: anchors.value,
    content: content.value,
    holds,
    index: index.value,
    places: places.value,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Where replicas may share the store; a file is with the keys of its data directory. */
async function sharedKeysChecked(
  settings: Settings,
  { db, ...parts }: Omit<CheckParts, 'store'> & Pick<Database, 'db'>,
): Promise<Result<void, string>> {
  if (settings.store.url === 'sqlite') return ok(undefined);
  return await checkKeys(settings, { ...parts, store: createSharedKeyStore(db) });
}

function toldChanges(database: Database, tell: StateParts['onChange']): Database {
  if (tell === undefined) return database;
  return {
    ...database,
    signal() {
      database.signal();
      tell();
    },
  };
}

function repositoriesOf({
  db,
}: Database): Pick<State, 'tokens' | 'assertions' | 'stoppedAgents' | 'personTokens' | 'consoleSessions'> {
  return {
    tokens: createTokenRepository(db),
    stoppedAgents: createStoppedAgentRepository(db),
    personTokens: createPersonTokenRepository(db),
    consoleSessions: createConsoleSessionRepository(db),
    assertions: createAssertionRepository(db),
  };
}

async function indexOf(
  settings: Settings,
  parts: Parameters<typeof openIndex>[1],
): Promise<Result<OpenIndex | undefined, string>> {
  if (settings.recordings.index === 'off') return ok(undefined);
  return await openIndex(settings, parts);
}
