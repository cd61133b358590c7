/**
 * What the admin API takes and gives (contract §7): the schemas that validate requests and serialise answers, and the types
 * that its dependencies are written against. The console imports types from here and nothing else.
 */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import type { LimitUse } from '../core/exchange/limit-use.ts';
import type { PolicyIssue } from '../policy/issue.ts';
import type { Explanation } from '../policy/explain.ts';

const closed = { additionalProperties: false } as const;
const MAX_FILES = 100;
/** Of one text; the whole request has its own limit. */
const MAX_TEXT = 512 * 1024;

const PolicyFileSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255, pattern: String.raw`^[A-Za-z0-9._\-]+\.yaml$` }),
    text: Type.String({ maxLength: MAX_TEXT }),
  },
  closed,
);

export const CheckBody = Type.Object({ files: Type.Array(PolicyFileSchema, { maxItems: MAX_FILES }) }, closed);
/** `POST /v1/policy/check`: a policy that is not in force. */
export type CheckBody = Static<typeof CheckBody>;

export const ExplainBody = Type.Object(
  {
    agent: Type.String({ minLength: 1, maxLength: 255 }),
    method: Type.Optional(Type.String({ pattern: '^[A-Z][A-Z0-9\\-]{0,31}$' })),
    url: Type.String({ minLength: 1, maxLength: 8192 }),
    addresses: Type.Optional(Type.Array(Type.String({ maxLength: 45 }), { maxItems: 64 })),
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    content: Type.Optional(Type.String({ maxLength: MAX_TEXT })),
  },
  closed,
);
/** `POST /v1/policy/explain`: a request that is not made. */
export type ExplainBody = Static<typeof ExplainBody>;

export const PlaceParams = Type.Object({ hostOrIp: Type.String({ minLength: 1, maxLength: 255 }) }, closed);

const Issue = Type.Unsafe<PolicyIssue>({
  type: 'object',
  required: ['severity', 'file', 'line', 'column', 'path', 'message'],
  properties: {
    severity: { enum: ['error', 'warning'] },
    file: { type: 'string' },
    line: { type: 'integer' },
    column: { type: 'integer' },
    path: { type: 'string' },
    message: { type: 'string' },
    hint: { type: 'string' },
  },
});

export const CheckAnswer = Type.Object({ ok: Type.Boolean(), digest: Type.String(), issues: Type.Array(Issue) });
/** Every issue of a trial policy at once; `ok` is false when it could not come into force. */
export type CheckAnswer = Static<typeof CheckAnswer>;

export const PolicyAnswer = Type.Object({
  digest: Type.String(),
  /** Counts up with every change of policy or tables. */
  generation: Type.Integer(),
  files: Type.Array(Type.String()),
  /** Why what lies in the directory now is not in force; empty when it is. */
  errors: Type.Array(Type.String()),
  warnings: Type.Array(Type.String()),
});
/** The policy in force. */
export type PolicyAnswer = Static<typeof PolicyAnswer>;

export const TablesAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      state: Type.Union([Type.Literal('current'), Type.Literal('stale'), Type.Literal('missing')]),
      kind: Type.String(),
      date: Type.Optional(Type.String()),
      rows: Type.Integer(),
      problem: Type.Optional(Type.String()),
      source: Type.String(),
      licence: Type.String(),
      proves: Type.String(),
    }),
  ),
});
/** The tables that places are read from. */
export type TablesAnswer = Static<typeof TablesAnswer>;

export const PlaceAnswer = Type.Object({
  host: Type.String(),
  /** Kind of address; absent for a name. */
  class: Type.Optional(Type.String()),
  /** Every statement, strongest first. */
  evidence: Type.Array(
    Type.Object({
      kind: Type.String(),
      entry: Type.Optional(Type.String()),
      processing: Type.Optional(Type.String()),
      storage: Type.Optional(Type.String()),
      source: Type.String(),
      date: Type.Optional(Type.String()),
      match: Type.Optional(Type.String()),
      stale: Type.Optional(Type.Boolean()),
    }),
  ),
  notes: Type.Array(Type.String()),
});
/** What the tables say about one name or address. Names are not looked up. */
export type PlaceAnswer = Static<typeof PlaceAnswer>;

export const ExplainAnswer = Type.Unsafe<ExplainAnswer>({ type: 'object', additionalProperties: true });
/** What would be decided, and why. */
export interface ExplainAnswer extends Explanation {
  /** Addresses that were judged; empty for a name whose addresses were not given. */
  readonly addresses: readonly string[];
  /** What the answer does not cover. */
  readonly notes: readonly string[];
}

export const HealthAnswer = Type.Object({
  /** Whether exchanges can be served. */
  ready: Type.Boolean(),
  /** Of the policy in force. */
  policy: Type.String(),
  /** Every process that carries exchanges runs it. */
  uniform: Type.Boolean(),
  /** Gateways that share the store, this one included. */
  fleet: Type.Object({
    /** All of them run one policy. */
    uniform: Type.Boolean(),
    replicas: Type.Array(
      Type.Object({
        /** Writer of its own chain of records. */
        id: Type.String(),
        /** Digest of the policy that it runs. */
        policy: Type.String(),
        /** When it last told of itself. */
        seen: Type.String({ format: 'date-time' }),
      }),
    ),
  }),
  items: Type.Array(
    Type.Object({
      /** Number of the worker; 1 where the gateway is one process. */
      id: Type.String(),
      /** `silent`: it runs, and has not been heard of for some seconds; `gone`: another is about to take its place. */
      state: Type.Union([Type.Literal('ready'), Type.Literal('not-ready'), Type.Literal('silent'), Type.Literal('gone')]),
      pid: Type.Optional(Type.Integer()),
      /** Of its chains of records, one for each store. */
      writers: Type.Optional(Type.Array(Type.String())),
      /** Digest of the policy that it runs. */
      policy: Type.Optional(Type.String()),
      generation: Type.Optional(Type.Integer()),
      /** Exchanges and tunnels that run. */
      exchanges: Type.Integer(),
      /** Times that another process took its place. */
      restarts: Type.Integer(),
      /** Why the one that is to take its place could not start; it is tried again. */
      problems: Type.Optional(Type.Array(Type.String())),
    }),
  ),
});
/** `GET /v1/health`: the processes that carry exchanges. */
export type HealthAnswer = Static<typeof HealthAnswer>;

export const LimitsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Of one limit for one holder: everybody with the same draws from it together.' }),
      state: Type.Unsafe<'open' | 'used-up'>({ type: 'string', enum: ['open', 'used-up'] }),
      by: Type.Unsafe<LimitUse['by']>({ type: 'string', enum: ['rule', 'credential'], description: 'What sets it.' }),
      name: Type.String({ description: 'Id of that rule or credential.' }),
      per: Type.Unsafe<LimitUse['per']>({ type: 'string', enum: ['agent', 'session', 'destination', 'rule', 'credential'] }),
      agent: Type.Optional(Type.String()),
      session: Type.Optional(Type.String()),
      destination: Type.Optional(Type.String({ description: 'host:port' })),
      unit: Type.Unsafe<LimitUse['unit']>({ type: 'string', enum: ['requests', 'bytes'] }),
      everySeconds: Type.Number(),
      most: Type.Integer(),
      used: Type.Integer(),
      retryAfterSeconds: Type.Optional(Type.Integer({ description: 'Where it is used up: until something is left again.' })),
    }),
  ),
});
/** `GET /v1/limits`: those of which most is used, the fullest first. */
export type LimitsAnswer = Static<typeof LimitsAnswer>;
