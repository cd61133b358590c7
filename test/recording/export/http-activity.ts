/**
 * HTTP Activity (4002) of OCSF 1.7.0 as far as exports use it, stricter than it is written: no other attributes, none of another
 * type, and everything that the class requires.
 * @source https://schema.ocsf.io/1.7.0/classes/http_activity with the profiles host and security_control: requirement
 * `required`, the enumerations, and the constraints `at_least_one`
 */
import { Ajv } from 'ajv';
import * as Type from 'typebox/type';

const strict = <P extends Type.TProperties>(properties: P, more: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...more });
const atLeastOne = (...names: readonly string[]): object => ({ anyOf: names.map((name) => ({ required: [name] })) });
const text = Type.String({ minLength: 1 });
const count = Type.Integer({ minimum: 0 });
const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const oneOf = (...values: readonly number[]) => Type.Unsafe<number>({ enum: values });

const METHODS = ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PATCH'];

const Endpoint = strict(
  {
    ip: Type.Optional(text),
    hostname: Type.Optional(text),
    name: Type.Optional(text),
    port: Type.Optional(port),
    location: Type.Optional(strict({ country: Type.String({ pattern: '^[A-Z]{2}$' }) })),
  },
  atLeastOne('ip', 'hostname', 'name'),
);

const HttpActivity = strict(
  {
    category_uid: Type.Literal(4),
    class_uid: Type.Literal(4002),
    activity_id: oneOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99),
    activity_name: Type.Optional(text),
    type_uid: Type.Integer({ minimum: 400_200, maximum: 400_299 }),
    time: count,
    start_time: Type.Optional(count),
    end_time: Type.Optional(count),
    duration: Type.Optional(count),
    severity_id: oneOf(0, 1, 2, 3, 4, 5, 6, 99),
    status_id: Type.Optional(oneOf(0, 1, 2, 99)),
    status_code: Type.Optional(text),
    status_detail: Type.Optional(text),
    action_id: Type.Optional(oneOf(0, 1, 2)),
    disposition_id: Type.Optional(Type.Integer({ minimum: 0, maximum: 27 })),
    firewall_rule: Type.Optional(strict({ uid: text })),
    policy: Type.Optional(strict({ uid: text })),
    metadata: strict({
      version: Type.Literal('1.7.0'),
      profiles: Type.Array(Type.Union([Type.Literal('host'), Type.Literal('security_control')]), { uniqueItems: true }),
      product: strict({ name: text, vendor_name: text }),
      uid: text,
      original_event_uid: text,
      original_time: text,
      correlation_uid: Type.Optional(text),
      log_name: text,
      log_version: text,
      sequence: count,
    }),
    actor: Type.Optional(
      strict(
        {
          user: Type.Optional(strict({ uid: text, type_id: oneOf(0, 1, 2, 3, 4, 99), type: text })),
          session: Type.Optional(strict({ uid: text })),
        },
        atLeastOne('user', 'session'),
      ),
    ),
    src_endpoint: Type.Optional(Endpoint),
    dst_endpoint: Type.Optional(Endpoint),
    connection_info: Type.Optional(
      strict({ direction_id: oneOf(0, 1, 2, 3, 99), protocol_name: text, protocol_num: Type.Integer() }),
    ),
    http_request: Type.Optional(
      strict({
        uid: text,
        http_method: Type.Optional(text),
        url: Type.Optional(
          strict({
            url_string: text,
            scheme: Type.Optional(text),
            hostname: Type.Optional(text),
            port: Type.Optional(port),
            path: Type.Optional(text),
            query_string: Type.Optional(Type.String()),
          }),
        ),
      }),
    ),
    http_response: Type.Optional(strict({ code: Type.Integer({ minimum: 100, maximum: 599 }), latency: Type.Optional(count) })),
    traffic: Type.Optional(strict({ bytes: count, bytes_in: count, bytes_out: count })),
    unmapped: Type.Optional(Type.Object({})),
  },
  { allOf: [atLeastOne('http_request', 'http_response'), atLeastOne('src_endpoint', 'dst_endpoint')] },
);

const validate = new Ajv({ strict: false, allErrors: true }).compile(HttpActivity);

/** What is wrong with an event: what the schema says, and that the ids belong together. */
export function eventErrors(event: OcsfEvent): readonly unknown[] {
  const errors: unknown[] = validate(event) ? [] : [...(validate.errors ?? [])];
  if (event.type_uid !== event.class_uid * 100 + event.activity_id) errors.push(`type_uid ${event.type_uid}`);
  const method = event.http_request?.http_method;
  const activity = method === undefined ? 0 : METHODS.includes(method) ? METHODS.indexOf(method) + 1 : 99;
  if (event.activity_id !== activity) errors.push(`activity_id ${event.activity_id} of ${method}`);
  if ((event.activity_id === 99) !== (event.activity_name !== undefined)) errors.push(`activity_name ${event.activity_name}`);
  return errors;
}

/** What tests look at. */
export interface OcsfEvent {
  readonly class_uid: number;
  readonly activity_id: number;
  readonly activity_name?: string;
  readonly type_uid: number;
  readonly http_request?: { readonly http_method?: string };
  readonly [attribute: string]: unknown;
}
