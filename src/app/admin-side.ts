import { fileURLToPath } from 'node:url';
import { readConsole } from '../admin/console-files.ts';
import { openAdmin, type AdminServer } from '../admin/server.ts';
import type { ExchangeDesk } from '../admin/access/exchange-desk.ts';
import type { RetentionDesk } from '../admin/access/retention-desk.ts';
import type { AdminDependencies } from '../admin/dependencies.ts';
import { policyFiles } from '../config/policy-files.ts';
import { socketAddressText } from '../config/setting-text.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import type { ListenerTls } from '../listener/http1-server.ts';
import { createContentKeyRepository } from '../store/records/content-key-repository.ts';
import { createLegalHoldRepository } from '../store/records/legal-hold-repository.ts';
import type { RecordAdmin } from '../core/people/admin-entry.ts';
import { timeOrderedIds } from './system.ts';
import type { Carriers } from './workers/carriers.ts';
import { createAgentDesk } from './agents/agent-desk.ts';
import { createApprovalDesk } from './approving/approval-desk.ts';
import { compileFor } from './compile-policy.ts';
import { consoleEvents } from './notifying/console-events.ts';
import { contentPorts } from './questions/content-ports.ts';
import { countriesOf } from './indexing/countries-of.ts';
import { createExchangeDesk } from './indexing/exchange-desk.ts';
import { contentEventsOf, openedMessages } from './indexing/exchange-content.ts';
import { recordsOfExchange } from './indexing/exchange-records.ts';
import { describeLimits } from './questions/describe-limits.ts';
import { describePlace } from './questions/describe-place.ts';
import { describeTables } from './questions/describe-tables.ts';
import { explainQuestion } from './questions/explain-question.ts';
import type { PeopleSideParts } from './people/people-parts.ts';
import { type ScopeView, scopeView } from './people/scope.ts';
import { contentReader } from './records/content-keys.ts';
import { localReadingKeys } from './records/record-keys.ts';
import { recordDirectories } from './records/stores/record-stores.ts';
import { openPeopleSide, type PeopleSide } from './people/people-side.ts';
import { type ListenerTlsFiles, readListenerTls } from './loading/listener-tls.ts';
import { createRetentionDesk } from './records/retention-desk.ts';
import { createReportDesk } from './reporting/report-desk.ts';
import { createRecordDesk } from './records/record-desk.ts';
import { createAuditDesk } from './verifying/audit-desk.ts';
import { ListenerCertificate } from './upkeep/listener-certificate.ts';
import { reloadOnRecord } from './upkeep/reload-on-record.ts';
import type { FleetWatch } from './upkeep/fleet-watch.ts';
import type { Upkeep } from './upkeep/upkeep.ts';

/** Where `npm run build:console` puts it. */
const CONSOLE = fileURLToPath(new URL('../../dist/console', import.meta.url));

export interface AdminSideParts extends PeopleSideParts {
  readonly observe: boolean;
  readonly upkeep: Pick<Upkeep, 'policy'>;
  readonly carriers: Carriers;
  readonly fleet: Pick<FleetWatch, 'seen'>;
  /** Reads the policy files anew. */
  readonly reload: () => Promise<'loaded' | 'refused' | 'unchanged'>;
  readonly onFirstToken: (text: string) => Promise<void>;
  /** Gets the admin address, so that no exchange reaches it through the proxy (ADDR-20). */
  readonly listening: ListeningAddress[];
}

/** The admin API, open, and the people who may use it. */
export interface AdminSide extends AsyncDisposable {
  readonly address: AdminServer['address'];
  /** Reads its certificate anew, where it has one. @param again somebody has asked for it */
  readonly renewCertificate: (again: boolean) => Promise<void>;
}

/** Opens the admin API over the running gateway. @failure a sentence that names the setting */
export async function openAdminSide(parts: AdminSideParts): Promise<Result<AdminSide, string>> {
  const { address, tls } = parts.settings.listen.admin;
  await using stack = new AsyncDisposableStack();
  const certificate = tls === undefined ? ok(undefined) : await readListenerTls(ADMIN_TLS, tls);
  if (!certificate.ok) return certificate;
  const people = await openPeopleSide(parts);
  if (!people.ok) return people;
  stack.use(people.value);
  const start = { isOver: false };
  const server = await openAdmin({
    address,
    ...(certificate.value !== undefined && { tls: certificate.value }),
    dependencies: {
      ...dependenciesOf(parts, people.value, () => start.isOver && parts.carriers.ready()),
      console: await readConsole(CONSOLE),
    },
  });
  if (!server.ok) return server;
  stack.use(server.value);
  parts.listening.push({ address: server.value.address.host, port: server.value.address.port });
  const firstToken = await people.value.makeFirstToken();
  if (!firstToken.ok) return fail(firstToken.failure.detail);
  if (firstToken.value !== undefined) await parts.onFirstToken(firstToken.value);
  const owned = stack.move();
  start.isOver = true;
  const shown = tls && certificate.value && certificateOf(server.value, tls, certificate.value, parts);
  return ok({
    address: server.value.address,
    renewCertificate: async (again) => shown?.renew(again),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

const ADMIN_TLS = 'listen.admin.tls';

function certificateOf(
  { address, renewTls }: AdminServer,
  files: ListenerTlsFiles,
  shown: ListenerTls,
  { clock, log, state }: Pick<AdminSideParts, 'clock' | 'log' | 'state'>,
): ListenerCertificate {
  const listener = socketAddressText(address);
  const { journal } = state;
  return new ListenerCertificate({ listener, setting: ADMIN_TLS, files, shown, show: renewTls, clock, log, journal });
}

function dependenciesOf(parts: AdminSideParts, people: PeopleSide, ready: () => boolean): AdminDependencies {
  const { inForce, upkeep, clock, carriers, log, state } = parts;
  return {
    clock,
    people: people.people,
    ...desksOf(parts, people),
    watch: consoleEvents(parts.events, state.database),
    identityProvider: people.identityProvider,
    samlSignIn: people.samlSignIn,
    tokenExchange: people.tokenExchange,
    reload: reloadOnRecord(parts, people.record),
    ready,
    health: () => {
      const items = carriers.health();
      const policy = inForce.compiled.digest;
      const { uniform, replicas } = parts.fleet.seen;
      const seen = replicas.map(({ at, ...replica }) => ({ ...replica, seen: new Date(at).toISOString() }));
      return {
        ready: ready(),
        policy,
        uniform: items.every((item) => item.policy === policy),
        fleet: { uniform, replicas: seen },
        items: [...items],
      };
    },
    limits: (by) => describeLimits(carriers, by, scopeView(inForce)),
    policy: () => ({
      digest: inForce.compiled.digest,
      generation: inForce.current.generation,
      files: upkeep.policy.source.files.map(({ file }) => file),
      errors: [...upkeep.policy.refused],
      warnings: [...upkeep.policy.warnings],
    }),
    check: ({ files }) => {
      const source = policyFiles(files.map(({ name, text }) => ({ file: name, text })));
      const { policy, issues } = compileFor(parts, inForce.tables.world)(source);
      return { ok: policy !== undefined, digest: source.digest, issues: [...issues] };
    },
    // Nothing is looked up on behalf of a visitor: a name that is asked about here is not asked of the world.
    explain: (question) =>
      explainQuestion(question, {
        policy: inForce.current.policy,
        tables: inForce.tables,
        now: clock.now(),
        readContent: contentPorts(inForce.compiled).readContent,
      }),
    tables: () => describeTables(inForce.tables),
    place: (hostOrIp) => describePlace(inForce.tables, hostOrIp),
    metrics: () => carriers.metrics(),
    onDefect: (error) => logDefect(log, error),
  };
}

/** What people ask about what is held, and about what is on the record. */
function desksOf(
  parts: AdminSideParts,
  { record }: PeopleSide,
): Pick<AdminDependencies, 'agents' | 'approvals' | 'exchanges' | 'reports' | 'records' | 'audit' | 'retention'> {
  const { inForce, clock, log, state, settings, plane, carriers } = parts;
  const scope = scopeView(inForce);
  const exchanges = exchangeDesk(parts, scope, record);
  return {
    agents: createAgentDesk({
      store: state.stoppedAgents,
      approvals: state.holds.approvals,
      agents: () => inForce.compiled.agents,
      running: () => carriers.running(),
      changed: () => {
        state.database.signal();
        return plane.stopped.refresh();
      },
      record,
      clock,
    }),
    approvals: createApprovalDesk({
      approvals: state.holds.approvals,
      grants: state.holds.grants,
      personTokens: state.personTokens,
      newGrantId: state.holds.newGrantId,
      record,
      clock,
      homeOf: (agent) => inForce.compiled.agents.find(({ attributes }) => attributes.agent === agent)?.attributes.home,
      groupsOf: (rule) => inForce.compiled.rules.find(({ id }) => id === rule)?.approval?.by,
    }),
    exchanges,
    retention: retentionDesk(parts, exchanges, record),
    reports: createReportDesk({ ...parts, record, onDefect: (error) => logDefect(log, error) }),
    audit: createAuditDesk({ settings, record, onDefect: (error) => logDefect(log, error) }),
    records: createRecordDesk({
      settings,
      clock,
      record,
      contentReader: async () => contentReader(state.database.db, await localReadingKeys(settings)),
      tables: () => inForce.tables,
      compile: (source) => compileFor(parts, inForce.tables.world)(source),
    }),
  };
}

function exchangeDesk({ inForce, state, settings }: AdminSideParts, scope: ScopeView, record: RecordAdmin): ExchangeDesk {
  return createExchangeDesk({
    index: state.index?.index,
    scope,
    countriesOf: (place) => countriesOf(place, scope, inForce.tables.world),
    recordsOf: async (found) => {
      const keys = await localReadingKeys(settings);
      return recordsOfExchange(found, recordDirectories(settings), keys.wrapping);
    },
    contentEventsOf: (found) => contentEventsOf(found, settings),
    openContent: (sealed) => openedMessages(sealed, settings, state.database.db),
    record,
  });
}

function retentionDesk(
  { state, inForce, clock, random }: AdminSideParts,
  sessions: ExchangeDesk,
  record: RecordAdmin,
): RetentionDesk {
  const { db } = state.database;
  const [holds, keys] = [createLegalHoldRepository(db), createContentKeyRepository(db)];
  const newId = timeOrderedIds(clock, random);
  const index = state.index?.index;
  return createRetentionDesk({ holds, keys, sessions, index, scope: scopeView(inForce), record, clock, newId });
}

function logDefect(log: AdminSideParts['log'], error: unknown): void {
  log.error({ error: error instanceof Error ? error.stack : String(error) }, 'The admin API met a defect');
}
