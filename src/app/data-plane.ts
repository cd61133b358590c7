import { type SocketAddress, socketAddressText } from '../config/setting-text.ts';
import { createReidentifier, type Reidentify } from '../identity/reidentify.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { Clock, EventBus, Random, Resolver } from '../core/ports.ts';
import { CODES } from '../core/codes.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { CredentialValues } from '../credentials/credential-values.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import { createIdentifier } from '../identity/identify.ts';
import { reidentifyUnlessStopped, StoppedAgents } from '../identity/stopped-agents.ts';
import { TokenCache } from '../identity/token-cache.ts';
import type { ListenerLimits } from '../listener/listener-limits.ts';
import { InterceptedListener } from '../listener/intercepted-listener.ts';
import { ProxyListener } from '../listener/proxy-listener.ts';
import { AgentSurface } from '../pipeline/agent-surface.ts';
import { Enforcement } from '../pipeline/enforcement.ts';
import { uncovered } from '../pipeline/holding/uncovered.ts';
import { PlaceholderAlarms } from '../pipeline/credentials/placeholder-alarms.ts';
import { Limits } from '../pipeline/limiting/limits.ts';
import { LiveExchanges } from '../pipeline/live-exchanges.ts';
import type { Services, TunnelSettings } from '../pipeline/services.ts';
import { createFoldingJournal } from '../recording/folding.ts';
import type { RequiredCopies } from './sinks/required-copies.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Parent } from '../upstream/parent/parent.ts';
import { DEFAULT_POOL_LIMITS, UpstreamPools } from '../upstream/pools.ts';
import type { WayOut } from './egress/way-out.ts';
import type { Counting } from './workers/counting.ts';
import type { PolicyInForce } from './in-force.ts';
import { createInterceptor } from './interception.ts';
import type { Records } from './records/stores/open-records.ts';
import { createRecorder } from './recorder.ts';
import { readListenerTls } from './loading/listener-tls.ts';
import { identifyAtHome, reidentifyAtHome } from './loading/state-places.ts';
import type { TokenEndpoints } from './oauth/token-endpoint.ts';
import type { State } from './state.ts';
import { CaWatch } from './upkeep/ca-watch.ts';
import { ListenerCertificate } from './upkeep/listener-certificate.ts';
import { exchangeIds } from './system.ts';
import type { Tracer } from './tracing/tracer.ts';

const HOUR = 3_600_000;

/** Bounds of tunnels and listeners that no setting changes. */
const TUNNEL: Omit<TunnelSettings, 'denials' | 'parent'> = {
  helloTimeout: 10_000,
  connectTimeout: 10_000,
  idle: 2 * HOUR,
  halfClosedIdle: 120_000,
  lifetime: 24 * HOUR,
};
const LISTENER: Omit<ListenerLimits, 'connections' | 'headerSize'> = { headersTimeout: 15_000, keepAlive: 65_000 };

export interface DataPlaneParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly state: State;
  readonly wayOut: WayOut;
  readonly tokenEndpoints: Pick<TokenEndpoints, 'tokens'>;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly copies: RequiredCopies;
  /** Gets every address that is listened on, so that no exchange leads back here. */
  readonly listening: ListeningAddress[];
  /** What this gateway calls itself in Via. */
  readonly pseudonym: string;
  readonly counting: Counting;
  /** Absent where no traces are made. */
  readonly tracer?: Tracer | undefined;
}

/** The part that carries exchanges: listeners, pipeline and upstream, joined. */
export interface DataPlane extends AsyncDisposable {
  readonly addresses: readonly string[];
  /** The same, for programs. */
  readonly bound: readonly SocketAddress[];
  readonly live: LiveExchanges;
  readonly tokenCache: TokenCache;
  readonly stopped: StoppedAgents;
  readonly resolver: Resolver;
  /** What everything leaves through, also what the gateway asks for itself; undefined: nothing does. */
  readonly parent: Parent | undefined;
  readonly reidentify: Reidentify;
  /** Ends what runs under grants that have ended. */
  endWithGrants(): Promise<void>;
  /** Whether exchanges can be permitted now: the record can be written. */
  ready(): boolean;
  /** Policy or tables were replaced: connections of other generations are let go. */
  onGeneration(generation: number): void;
  /** Reads the certificates of its listeners anew. @param again somebody has asked for it */
  renewCertificates(again: boolean): Promise<void>;
  drain(deadline: number): Promise<void>;
}

/** @failure a sentence that names the setting: a busy port */
export async function openDataPlane(parts: DataPlaneParts): Promise<Result<DataPlane, string>> {
  const { settings, clock, random, state, inForce, metrics } = parts;
  await using stack = new AsyncDisposableStack();
  const { resolver, parent } = parts.wayOut;
  const tokenCache = new TokenCache({ store: state.tokens, clock });
  const stopped = await StoppedAgents.open(state.stoppedAgents);
  if (!stopped.ok) return fail(stopped.failure.detail);
  const pools = stack.use(new UpstreamPools(state.originTls, DEFAULT_POOL_LIMITS, parent));
  const journal = stack.use(createFoldingJournal({ journal: state.records, clock }));
  const live = new LiveExchanges();
  const limits = new Limits(parts.counting.limits);
  stack.use(metering(live, limits));
  stack.use(new CaWatch({ ca: state.ca, journal: state.journal, log: parts.log }));
  const newExchangeId = exchangeIds(clock, random);
  const recorder = createRecorder(journal, metrics, parts.copies, parts.tracer);
  const reidentify = reidentifierFor(parts, tokenCache, stopped.value);
  const contentRecord = {
    openContent: state.records.openContent.bind(state.records),
    limit: settings.recordings['content-limit'],
  };
  const carrying = { recorder, contentRecord, pools, live, limits };
  const identifying = { tokenCache, reidentify, stopped: stopped.value };
  const services = sharedServices(parts, { ...identifying, resolver, ...carrying });
  const opened = await openListeners(parts, { ...services, parent }, newExchangeId, stack);
  if (!opened.ok) return opened;
  const { listeners, certificates } = opened.value;
  sampleGauges(metrics, { listeners, live, inForce, records: state.records });
  const owned = stack.move();
  return ok({
    addresses: listeners.map(({ address }) => socketAddressText(address)),
    bound: listeners.map(({ address }) => address),
    live,
    ...identifying,
    resolver,
    parent,
    endWithGrants: () => live.endWithGrants((running) => uncovered(running, services)),
    ready: () => recorder.writable,
    onGeneration: (generation) => {
      resolver.flush();
      pools.retireExcept(generation);
      if (parent !== undefined) void judgeAgain(parent, live);
    },
    renewCertificates: async (again) => void (await Promise.all(certificates.map((each) => each.renew(again)))),
    drain: async (deadline) => {
      // Who waits for people would wait longer than that: it is told to ask again, here or elsewhere.
      state.holds.means.watch.drain();
      await Promise.all(listeners.map((listener) => listener.drain(deadline)));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** What passes through a parent is cut where it may not be dialled any more. One that cannot be looked up now carries on what runs. */
async function judgeAgain(parent: Parent, live: LiveExchanges): Promise<void> {
  const judged = await parent.judge();
  if (!judged.ok && CODES[judged.failure.code].kind === 'denial') live.cutPermitted(judged.failure);
}

const PROXY_TLS = 'listen.proxy.tls';

interface Listeners {
  readonly listeners: readonly ProxyListener[];
  /** Of those in TLS. */
  readonly certificates: readonly ListenerCertificate[];
}

/** Opens what `listen.proxy` names, owned by `stack`. @failure a sentence that names the setting */
async function openListeners(
  { settings, state, clock, log, listening }: DataPlaneParts,
  services: ListenerServices,
  newExchangeId: ReturnType<typeof exchangeIds>,
  stack: AsyncDisposableStack,
): Promise<Result<Listeners, string>> {
  const limits = listenerLimits(settings);
  const listeners: ProxyListener[] = [];
  const certificates: ListenerCertificate[] = [];
  for (const { address, denials, tls, 'proxy-protocol': proxyProtocol } of settings.listen.proxy) {
    const certificate = tls === undefined ? ok(undefined) : await readListenerTls(PROXY_TLS, tls);
    if (!certificate.ok) return certificate;
    const opened = await ProxyListener.open({
      ...address,
      tls: certificate.value,
      proxyProtocolFrom: proxyProtocol?.from,
      limits,
      clock,
      newExchangeId,
      handler: enforcement(services, state, { denials, limits, newExchangeId }),
    });
    if (!opened.ok) return fail(`listen.proxy: ${opened.failure}`);
    listeners.push(stack.use(opened.value));
    const { host, port } = opened.value.address;
    listening.push({ address: host, port });
    const { value: shown } = certificate;
    if (tls === undefined || shown === undefined) continue;
    const listener = socketAddressText(opened.value.address);
    const show = opened.value.renewTls.bind(opened.value);
    certificates.push(
      new ListenerCertificate({ listener, setting: PROXY_TLS, files: tls, shown, show, clock, log, journal: state.journal }),
    );
  }
  return ok({ listeners, certificates });
}

/** How long what runs may go on beyond a limit of bytes, at its full speed. */
const METERING_INTERVAL = 250;

function metering(live: LiveExchanges, limits: Limits): Disposable {
  const timer = setInterval(() => live.meter(limits), METERING_INTERVAL);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function listenerLimits({ limits }: Settings): ListenerLimits {
  return { ...LISTENER, connections: limits.connections, headerSize: limits['header-size'] };
}

// Read whenever somebody scrapes, so that no exchange pays for them.
function sampleGauges(
  metrics: Metrics,
  {
    listeners,
    live,
    inForce,
    records,
  }: {
    readonly listeners: readonly ProxyListener[];
    readonly live: LiveExchanges;
    readonly inForce: PolicyInForce;
    readonly records: Pick<Records, 'journals'>;
  },
): void {
  metrics.sample('cordon_connections', () => listeners.reduce((sum, listener) => sum + listener.connections, 0));
  metrics.sample('cordon_exchanges_in_flight', () => live.size);
  metrics.sample('cordon_tunnels', () => live.tunnels);
  metrics.sample('cordon_record_waiting_bytes', () =>
    records.journals.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0),
  );
  metrics.sample('cordon_policy_generation', () => inForce.current.generation);
  metrics.sample('cordon_tables_stale', () => inForce.tables.status().filter(({ stale }) => stale).length);
  metrics.sample('cordon_table_age_seconds', () => Math.max(0, ...inForce.tables.status().map(({ age = 0 }) => age)) / 1000);
}

type SharedServices = Omit<Services, 'interceptor' | 'tunnel'>;
type ListenerServices = SharedServices & Pick<TunnelSettings, 'parent'>;

/** What all listeners share. */
function sharedServices(
  parts: DataPlaneParts,
  opened: Pick<Services, 'reidentify' | 'stopped' | 'resolver' | 'recorder' | 'contentRecord' | 'pools' | 'live' | 'limits'> & {
    readonly tokenCache: TokenCache;
  },
): SharedServices {
  const { clock, inForce, state, wayOut } = parts;
  const { tokenCache, ...carrying } = opened;
  return {
    ...carrying,
    clock,
    inForce: () => inForce.current,
    identify: identifierFor(parts, tokenCache),
    budget: parts.counting.lookups,
    events: parts.events,
    content: state.content,
    credentials: new CredentialValues(wayOut.secrets, clock),
    accessTokens: parts.tokenEndpoints.tokens,
    placeholders: new PlaceholderAlarms(parts.events, clock),
    holds: state.holds.means,
    pseudonym: parts.pseudonym,
    traceContext: parts.settings.traces?.context,
  };
}

// Each listener tells denials in its own way, so each has its own enforcement; everything behind it is shared.
function enforcement(
  { parent, ...shared }: ListenerServices,
  state: State,
  own: { denials: TunnelSettings['denials']; limits: ListenerLimits; newExchangeId: ReturnType<typeof exchangeIds> },
): Enforcement {
  const { denials, limits, newExchangeId } = own;
  const interceptor = createInterceptor(state.ca, () => inside);
  const services: Services = { ...shared, interceptor, tunnel: { ...TUNNEL, denials, parent } };
  const surface = new AgentSurface(services, () => state.ca.certificatePem);
  const handler = new Enforcement(services, surface, newExchangeId);
  const inside = new InterceptedListener({ limits, clock: shared.clock, newExchangeId, handler });
  return handler;
}

function identifierFor({ state, inForce, clock, counting }: DataPlaneParts, tokens: TokenCache): Services['identify'] {
  const identify = createIdentifier({
    directory: () => inForce.compiled.agents,
    tokens,
    sessions: counting.sessions,
    attempts: counting.attempts,
    clock,
  });
  return identifyAtHome(identify, state);
}

function reidentifierFor({ inForce, state, clock }: DataPlaneParts, tokens: TokenCache, stopped: StoppedAgents): Reidentify {
  const reidentify = createReidentifier({ directory: () => inForce.compiled.agents, tokens, clock });
  return reidentifyUnlessStopped(reidentifyAtHome(reidentify, state), stopped);
}
