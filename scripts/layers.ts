/**
 * The layer table: what each folder of `src` is for and what it may import. The linter's configuration, the architecture
 * test and the drawing in `docs/architecture.md` are all made from it.
 */
export interface Layer {
  readonly folder: string;
  readonly role: string;
  /** Folders it may import besides itself. */
  readonly mayImport: readonly string[];
  /** Pure folders do no I/O; time and randomness arrive as arguments. */
  readonly pure: boolean;
}

const PURE = ['core', 'wire'];
const STAGES = ['identity', 'destination', 'approval', 'credentials', 'transform', 'tls', 'upstream', 'recording'];

export const LAYERS: readonly Layer[] = [
  {
    folder: 'core',
    role: 'vocabulary: ids, units, Result, the code table, exchange and record types, ports',
    mayImport: [],
    pure: true,
  },
  {
    folder: 'wire',
    role: 'parsers: request target, authority, fields, framing, addresses, CIDR, ClientHello, problem replies',
    mayImport: ['core'],
    pure: true,
  },
  {
    folder: 'masking',
    role: 'what is found and masked in text: entities, the streaming masker, media types',
    mayImport: ['core'],
    pure: true,
  },
  {
    folder: 'policy',
    role: 'the decision point: schema, compile, decide, explain',
    mayImport: [...PURE, 'masking'],
    pure: true,
  },
  {
    folder: 'reporting',
    role: 'the residency report: records folded into figures, and how they are shown',
    mayImport: PURE,
    pure: true,
  },
  { folder: 'identity', role: 'who sends it: tokens, source ranges, sessions', mayImport: PURE, pure: false },
  { folder: 'destination', role: 'where it goes: resolver, range tables, catalogue, GeoIP', mayImport: PURE, pure: false },
  { folder: 'approval', role: 'what people decide: quorum, scope, grants, fingerprints', mayImport: PURE, pure: false },
  {
    folder: 'credentials',
    role: 'secrets that agents never hold: placeholders, values, injection, signing',
    mayImport: PURE,
    pure: false,
  },
  {
    folder: 'transform',
    role: 'content on its way: codings undone and redone, masking, tokens restored',
    mayImport: [...PURE, 'masking'],
    pure: false,
  },
  { folder: 'tls', role: 'interception CA, leaf certificates, termination', mayImport: PURE, pure: false },
  { folder: 'upstream', role: 'toward the origin: dial with a permit, pools, exchange, relay', mayImport: PURE, pure: false },
  {
    folder: 'recording',
    role: 'the record: sealed and signed chain, folding, reading, verifying',
    mayImport: PURE,
    pure: false,
  },
  {
    folder: 'pipeline',
    role: 'the enforcement point: order of stages, permits, obligations',
    mayImport: [...PURE, 'policy', ...STAGES],
    pure: false,
  },
  { folder: 'store', role: 'SQLite or PostgreSQL, keys and spool behind ports of core', mayImport: ['core'], pure: false },
  { folder: 'listener', role: 'sockets: bytes to Accepted, answers to bytes', mayImport: PURE, pure: false },
  { folder: 'config', role: 'process settings, policy files, reload', mayImport: [...PURE, 'policy'], pure: false },
  { folder: 'telemetry', role: 'log, metrics and traces', mayImport: ['core'], pure: false },
  {
    folder: 'admin',
    role: 'the HTTP API for people: who may call what, routes, sessions',
    mayImport: [...PURE, 'policy', 'reporting'],
    pure: false,
  },
  {
    folder: 'console',
    role: 'what approvers and security teams see, in a browser; of `admin` it knows the types of the contract alone',
    mayImport: ['admin'],
    pure: false,
  },
  { folder: 'app', role: 'composition root: the one place that builds things', mayImport: ['*'], pure: false },
  { folder: 'cli', role: 'commands', mayImport: ['*'], pure: false },
];
