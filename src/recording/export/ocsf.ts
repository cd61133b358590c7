import { codeRow } from '../../core/codes.ts';
import { RECORD_VERSION } from '../../core/exchange/record.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { parseAuthority } from '../../wire/name/authority.ts';
import { escapeDeceptive } from '../../wire/quote.ts';
import type { DecisionRecord, JoinedExchange } from './joined-exchange.ts';

/** Version of the schema that events follow. */
const OCSF_VERSION = '1.7.0';
const NETWORK_ACTIVITY = 4;
const HTTP_ACTIVITY = 4002;

/** `activity_id` of the class; other methods are 99, with their name. */
const ACTIVITIES: ReadonlyMap<string, number> = new Map(
  ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'].map((method, index) => [method, index + 1]),
);
const UNKNOWN = 0;
const OTHER = 99;

/**
 * One exchange as an event of the Open Cybersecurity Schema Framework: HTTP Activity, with the profiles Host (`actor`) and
 * Security Control (what the policy did with it). What the schema has no attribute for is under `unmapped`, in the words of the
 * record; content is not in it.
 * @source OCSF 1.7.0, class HTTP Activity (4002), https://schema.ocsf.io/1.7.0/classes/http_activity
 */
export function ocsfEvent(exchange: JoinedExchange): string {
  const { first, decision, outcome } = exchange;
  const time = Date.parse(first.time);
  const duration = outcome === undefined ? undefined : Math.round(outcome.timing.total);
  const event = {
    ...classificationOf(decision.method),
    time,
    start_time: time,
    ...(duration !== undefined && { end_time: time + duration, duration }),
    // Informational, and low: whoever reads it decides whether something has to be done.
    severity_id: isUneventful(exchange) ? 1 : 2,
    ...statusOf(exchange),
    ...controlOf(exchange),
    metadata: metadataOf(first),
    actor: actorOf(decision),
    src_endpoint: sourceOf(decision),
    dst_endpoint: destinationOf(exchange),
    connection_info: { direction_id: 2, protocol_name: 'tcp', protocol_num: 6 },
    http_request: { uid: decision.exchange, http_method: decision.method, url: urlOf(decision) },
    http_response: outcome?.status === undefined ? undefined : { code: outcome.status, latency: latencyOf(exchange) },
    traffic: trafficOf(exchange),
    unmapped: unmappedOf(exchange),
  };
  return escapeDeceptive(JSON.stringify(event));
}

function classificationOf(method: string | undefined): object {
  const activity = method === undefined ? UNKNOWN : (ACTIVITIES.get(method) ?? OTHER);
  return {
    category_uid: NETWORK_ACTIVITY,
    class_uid: HTTP_ACTIVITY,
    activity_id: activity,
    ...(activity === OTHER && { activity_name: method }),
    type_uid: HTTP_ACTIVITY * 100 + activity,
  };
}

/** Permitted, and nothing failed on the way. */
function isUneventful({ decision, outcome }: JoinedExchange): boolean {
  return decision.decision === 'permit' && outcome?.code === undefined;
}

function statusOf(exchange: JoinedExchange): object {
  const { decision, outcome } = exchange;
  const code = outcome?.code ?? decision.code;
  if (code !== undefined) {
    return { status_id: 2, status_code: code, status_detail: decision.reason ?? outcome?.detail ?? codeRow(code).title };
  }
  return { status_id: outcome === undefined ? UNKNOWN : 1 };
}

const ALLOWED = { action_id: 1, disposition_id: 1 };
const APPROVED = { action_id: 1, disposition_id: 8 };
const DELAYED = { action_id: UNKNOWN, disposition_id: 14 };
/** Permitted because nobody enforces the rules for this agent yet. */
const LOGGED = { action_id: 1, disposition_id: 17 };
const BLOCKED = { action_id: 2, disposition_id: 2 };

/** @source OCSF 1.7.0, profile Security Control */
function controlOf({ first, decision, outcome }: JoinedExchange): object {
  const [rule] = decision.rules;
  const rest = {
    ...(rule !== undefined && { firewall_rule: { uid: rule } }),
    ...(decision.policy !== undefined && { policy: { uid: decision.policy } }),
  };
  if (decision.decision === 'permit') {
    if (decision.wouldDeny !== undefined) return { ...LOGGED, ...rest };
    return { ...(first.decision === 'hold' ? APPROVED : ALLOWED), ...rest };
  }
  return { ...(decision.decision === 'hold' && outcome === undefined ? DELAYED : BLOCKED), ...rest };
}

function metadataOf({ exchange, seq, time, tunnel, writer }: DecisionRecord): object {
  return {
    version: OCSF_VERSION,
    profiles: ['host', 'security_control'],
    product: { name: 'Cordon', vendor_name: 'Cordon' },
    uid: exchange,
    original_event_uid: exchange,
    original_time: time,
    correlation_uid: tunnel,
    log_name: writer,
    log_version: `${RECORD_VERSION}`,
    sequence: seq,
  };
}

function actorOf({ subject, session }: DecisionRecord): object | undefined {
  if (subject === undefined && session === undefined) return undefined;
  return {
    ...(subject !== undefined && { user: { uid: subject, type_id: OTHER, type: 'Agent' } }),
    ...(session !== undefined && { session: { uid: session } }),
  };
}

/** The gateway itself is no address. */
function sourceOf({ client }: DecisionRecord): object {
  const address = parseIpAddress(client);
  return address.ok ? { ip: address.value.text } : { name: client };
}

function destinationOf({ decision, outcome }: JoinedExchange): object | undefined {
  const { target = '', place } = decision;
  const read = decision.exchangeKind === 'connect' ? parseAuthority(target) : parseAbsoluteForm(target);
  if (!read.ok) return undefined;
  const { host, port } = 'authority' in read.value ? read.value.authority : read.value;
  const dialled = outcome?.dialled === undefined ? undefined : parseIpAddress(outcome.dialled);
  const country = /^[A-Z]{2}$/.exec(place?.entry ?? '')?.[0];
  return {
    ...(host.kind === 'name' ? { hostname: host.name } : { ip: host.address.text }),
    ...(dialled?.ok === true && { ip: dialled.value.text }),
    port,
    ...(country !== undefined && { location: { country } }),
  };
}

/** Of a query there are the names alone. */
function urlOf({ exchangeKind, target }: DecisionRecord): object | undefined {
  if (target === undefined || exchangeKind === 'connect') return undefined;
  const read = parseAbsoluteForm(target);
  if (!read.ok) return { url_string: target };
  const { scheme, authority, requestTarget } = read.value;
  const { host, port } = authority;
  const [path, query] = requestTarget.split('?', 2);
  return {
    url_string: target,
    scheme,
    hostname: host.kind === 'name' ? host.name : host.address.text,
    port,
    path,
    query_string: query,
  };
}

function latencyOf({ outcome }: JoinedExchange): number | undefined {
  return outcome?.timing.firstByte === undefined ? undefined : Math.round(outcome.timing.firstByte);
}

function trafficOf({ outcome }: JoinedExchange): object | undefined {
  if (outcome === undefined) return undefined;
  const { sent, received } = outcome.bytes;
  return { bytes: sent + received, bytes_out: sent, bytes_in: received };
}

function unmappedOf({ decision, outcome }: JoinedExchange): object {
  const { exchangeKind, mediaType, home, place, rules, transfer, obligations, credential, approval, wouldDeny } = decision;
  const shown = { exchangeKind, mediaType, home, place, rules, transfer, obligations, credential, approval, wouldDeny };
  return { ...shown, decision: decision.decision, findings: outcome?.findings, grpcStatus: outcome?.grpcStatus };
}
