/**
 * The one table of everything the gateway answers itself (contract §3), in the order in which codes apply. Replies, the
 * record, `docs/errors.md` and its test are made from it.
 */
interface CodeRow {
  /** `denial`: policy said no. `failure`: the exchange could not be carried out. */
  readonly kind: 'denial' | 'failure';
  /** HTTP status of the answer (RFC 9110 §15). */
  readonly status: number;
  /** RFC 9209 §2.3 proxy error type. */
  readonly proxyError: string;
  /** Short and constant: the `title` of the problem (RFC 9457 §3.1.4). */
  readonly title: string;
  /** What can be done about it, by the agent, its author or whoever runs the gateway. */
  readonly hint: string;
}

const denial = (status: number, proxyError: string, title: string, hint: string): CodeRow & { kind: 'denial' } => ({
  kind: 'denial',
  status,
  proxyError,
  title,
  hint,
});
const failure = (status: number, proxyError: string, title: string, hint: string): CodeRow & { kind: 'failure' } => ({
  kind: 'failure',
  status,
  proxyError,
  title,
  hint,
});

export const CODES = {
  malformed_request: failure(
    400,
    'http_request_error',
    'The request is not well-formed',
    'Send absolute-form http:// targets or CONNECT host:port, with one canonical spelling of the host.',
  ),
  header_too_large: failure(
    431,
    'http_request_error',
    'The header section is too large',
    'Send fewer or shorter header fields.',
  ),
  target_too_long: failure(414, 'http_request_error', 'The request target is too long', 'Send long parameters as content.'),
  loop: denial(
    508,
    'proxy_loop_detected',
    'The request came through this gateway already',
    'Unset the proxy variables of the upstream proxy.',
  ),
  unidentified: denial(
    407,
    'http_request_denied',
    'The gateway does not know this agent',
    'Send Proxy-Authorization with an agent token: `cordon env --agent ID` prints the variables.',
  ),
  agent_stopped: denial(
    403,
    'http_request_denied',
    'This agent was stopped',
    'Nothing passes until an operator lets it go on; who stopped it, and why, is on the record.',
  ),
  self_address: denial(
    403,
    'destination_ip_prohibited',
    'The destination is the gateway itself',
    'Ask for `http://cordon.internal/` instead: it says who you are, and explains decisions.',
  ),
  metadata_address: denial(
    403,
    'destination_ip_prohibited',
    'The destination is a cloud metadata service',
    'Nothing lifts this. Cloud credentials reach an agent as a `credential` of the policy.',
  ),
  private_address: denial(
    403,
    'destination_ip_prohibited',
    'The destination address is not a public one',
    'An internal service must be declared in the policy with `internal`.',
  ),
  name_mismatch: denial(
    403,
    'http_request_denied',
    'The names in this connection do not agree',
    'TLS server name, Host or :authority must equal the name in the CONNECT request; open a connection per host.',
  ),
  denied_by_rule: denial(
    403,
    'http_request_denied',
    'A rule denies this request',
    'Its rule is named in `rule` and on the record; only who owns the policy can change it.',
  ),
  port_not_allowed: denial(
    403,
    'http_request_denied',
    'No rule permits this port',
    'A rule permits this host on another port.',
  ),
  protocol_not_allowed: denial(
    403,
    'http_request_denied',
    'No rule permits this protocol',
    'HTTP/1.1, HTTP/2, WebSocket and gRPC (over HTTP/2) pass over TLS; QUIC passes nowhere, other protocols need a tunnel rule with inspect: false.',
  ),
  no_rule: denial(
    403,
    'http_request_denied',
    'No rule permits this request',
    'Ask the owners of the policy for a rule; `cordon explain` shows what was considered.',
  ),
  tables_stale: denial(
    403,
    'destination_ip_prohibited',
    'The table that would prove the place is too old',
    'Run `cordon geo update`.',
  ),
  unknown_place: denial(
    403,
    'destination_ip_prohibited',
    'Nothing proves where the destination is',
    'Use a regional endpoint of the provider, or ask for an attestation in the policy.',
  ),
  place_contradiction: denial(
    403,
    'destination_ip_prohibited',
    'The evidence about the place contradicts itself',
    'The evidence is on the record: whoever runs the gateway updates the tables, or corrects what is stated.',
  ),
  outside_home: denial(
    403,
    'destination_ip_prohibited',
    'The data would leave the jurisdiction it must stay in',
    'Use an endpoint inside it, or ask for a rule with a transfer clause.',
  ),
  content_too_large: denial(
    413,
    'http_request_denied',
    'The content is too large to be judged',
    'Send it in smaller parts, or ask the owners of the policy for a higher `content.max`.',
  ),
  credential_not_allowed: denial(
    403,
    'http_request_denied',
    'A credential may not be used like this',
    'Send the placeholder of a credential only over https, to the destinations that the policy declares it for.',
  ),
  unreadable_content: denial(
    403,
    'http_request_denied',
    'The content cannot be read, but must be',
    'Send well-formed content in its declared media type, as gzip, br, zstd or deflate or not coded at all.',
  ),
  obligation_conflict: denial(
    403,
    'http_request_denied',
    'Two rules require what cannot both be done',
    'Both rules are on the record; the owners of the policy make one of them give way.',
  ),
  obligation_unsupported: denial(
    403,
    'http_request_denied',
    'A rule requires what this version cannot do yet',
    'The record says which; the owners of the policy take it out of the rule.',
  ),
  reason_required: denial(403, 'http_request_denied', 'This request needs a reason', 'Send it in the Cordon-Reason field.'),
  limit_exceeded: denial(429, 'http_request_denied', 'A limit of the policy is used up', 'Wait for the time in Retry-After.'),
  held: denial(
    503,
    'http_request_denied',
    'A person has to approve this request',
    'Send the same request again after Retry-After.',
  ),
  approval_denied: denial(
    403,
    'http_request_denied',
    'A person denied this request',
    'The reason is at the address in `statusUrl`; change the request before you ask again.',
  ),
  approval_expired: denial(
    403,
    'http_request_denied',
    'Nobody decided on this request in time',
    'Ask again when somebody can decide.',
  ),
  approval_stale: denial(
    403,
    'http_request_denied',
    'What was approved has changed since',
    'Send the request again: it is held anew, as it is now.',
  ),
  credential_unavailable: failure(
    503,
    'proxy_configuration_error',
    'The credential for this destination has no value',
    'Whoever runs the gateway sets its value (`cordon secrets set`), or restores its provider or token endpoint; try again then.',
  ),
  audit_unavailable: failure(
    503,
    'proxy_internal_error',
    'The exchange cannot be recorded, so it is not made',
    'Try again later; whoever runs the gateway sees in `/readyz` which part of the record fails.',
  ),
  store_unavailable: failure(
    503,
    'proxy_internal_error',
    'The store of the gateway is not available',
    'Try again later; whoever runs the gateway sees in `/readyz` why.',
  ),
  overloaded: failure(503, 'proxy_internal_error', 'The gateway is at a limit', 'Send fewer requests at once.'),
  dns_failed: failure(
    502,
    'dns_error',
    'The name could not be resolved',
    'Where no name resolves, the name servers of `resolver.servers` do not answer.',
  ),
  dns_timeout: failure(
    504,
    'dns_timeout',
    'The name was not resolved in time',
    'Try again; where every name takes too long, the name servers of `resolver.servers` do not answer.',
  ),
  connect_failed: failure(
    502,
    'connection_refused',
    'The destination refused the connection',
    'Look at the port, and whether the service runs.',
  ),
  connect_timeout: failure(
    504,
    'connection_timeout',
    'The destination did not accept the connection in time',
    'Try again; where it never answers, a firewall may stand between the gateway and it.',
  ),
  origin_certificate: failure(
    502,
    'tls_certificate_error',
    'The certificate of the destination is not valid for it',
    'A destination with a CA of its own needs it under `tls.trust` in the policy, or an internal one under `trust` in cordon.yaml.',
  ),
  origin_protocol: failure(
    502,
    'http_protocol_error',
    'The destination did not answer in well-formed HTTP',
    'Look at the port and the scheme: what answered there speaks another protocol, or ends its answers early.',
  ),
  origin_timeout: failure(
    504,
    'http_response_timeout',
    'The destination did not answer in time',
    'Try again; an answer has to begin within five minutes.',
  ),
  internal_error: failure(
    500,
    'proxy_internal_error',
    'The gateway has a defect; it was recorded',
    'Report it with the id of the exchange.',
  ),
  // Of a replay alone (`cordon sessions replay`). A client that tries again what failed on the way would get no other answer.
  not_recorded: failure(
    404,
    'proxy_internal_response',
    'The recorded session has no answer to this',
    'Record the session anew, under a rule with `record: content`; `--repeat-last` gives the last answer again.',
  ),
} as const satisfies Record<string, CodeRow>;

/** Every `code` an answer of the gateway can carry. */
export type Code = keyof typeof CODES;
export type DenialCode = { [C in Code]: (typeof CODES)[C]['kind'] extends 'denial' ? C : never }[Code];

/** The row of a code, with its optional members visible to the type system. */
export function codeRow(code: Code): CodeRow {
  return CODES[code];
}

/** A failure on the way: data, never thrown. `detail` is for the record and the operator, not for the agent. */
export interface Failure {
  readonly code: Code;
  readonly detail: string;
}
