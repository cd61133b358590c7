import type { Settings, UpstreamProxySetting } from '../../config/settings-schema.ts';
import { authorityText } from '../../core/address.ts';
import { CODES, type Failure } from '../../core/codes.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Clock, Resolver, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { CredentialValues } from '../../credentials/credential-values.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { OriginTls } from '../../tls/origin-tls.ts';
import type { Parent } from '../../upstream/parent/parent.ts';
import { type AbsoluteForm, parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { insideHome } from '../loading/inside-home.ts';
import { judgeOwn } from './judge-own.ts';
import { type EndpointPolicy, ownEndpointPolicy } from './own-endpoint-policy.ts';
import { ownExchange } from './own-exchange.ts';

/** What the parent is judged and reached with. */
export interface ParentParts {
  readonly settings: Pick<Settings, 'node' | 'upstream-proxy'>;
  /** Those in force: it is judged anew with each connection. */
  readonly tables: () => GeoTables;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly secrets: Pick<Secrets, 'find'>;
  readonly originTls: OriginTls;
}

/**
 * The parent of the settings, judged as each connection will judge it: one that is stated or found elsewhere keeps the gateway from
 * starting. What cannot be looked up now is judged with the first connection.
 *
 * @returns undefined where there is none
 * @failure a sentence that names the setting and where it is written
 */
export async function openParent(parts: ParentParts): Promise<Result<Parent | undefined, string>> {
  const { node, 'upstream-proxy': proxy } = parts.settings;
  if (proxy === undefined) return ok(undefined);
  const { url, place, written } = proxy;
  const form = parseAbsoluteForm(url);
  if (!form.ok) return fail(`${written.url} upstream-proxy.url: ${form.failure}`);
  const because = 'everything passes through there';
  const located = insideHome({ setting: `${written.place} upstream-proxy.place`, place, because }, node, parts.tables().world);
  if (!located.ok) return located;
  const parent = parentOf(proxy, form.value, parts);
  const judged = await parent.judge();
  if (!judged.ok && CODES[judged.failure.code].kind === 'denial') {
    return fail(`${written.url} upstream-proxy.url: Found ${url}, expected a proxy in ${place}: ${textOf(judged.failure)}`);
  }
  const credential = await parent.authorization?.();
  return credential?.ok === false ? fail(`${written.secret} ${credential.failure.detail}`) : ok(parent);
}

function parentOf({ secret, place }: UpstreamProxySetting, form: AbsoluteForm, parts: ParentParts): Parent {
  const { authority, scheme } = form;
  const { originTls, secrets, clock } = parts;
  const label = authorityText(authority);
  // A statement of the settings, as `internal` is one of the policy: the extra trust anchors count.
  const options = scheme === 'https' ? originTls.options({ authority, internal: true }) : undefined;
  const judge = parentJudge(form, place, parts);
  return {
    label,
    port: authority.port,
    judge: async () => {
      const judged = await judge();
      if (judged.ok) return judged;
      const { code, detail } = judged.failure;
      return fail({ code, detail: `upstream-proxy ${label}: ${detail}` });
    },
    authorization: secret === undefined ? undefined : basicCredential(secret, new CredentialValues(secrets, clock)),
    tls: options && { options, toFailure: (error) => originTls.toFailure(error) },
  };
}

/** Judges its addresses as those of any destination of the gateway itself: what `place` says is an attestation. */
function parentJudge(form: AbsoluteForm, place: string, parts: ParentParts): Parent['judge'] {
  const policyUnder = policyByTables(form, place, parts);
  return async () => {
    const tables = parts.tables();
    const own = policyUnder(tables);
    if (!own.ok) return fail({ code: 'no_rule', detail: own.failure });
    const { policy, subject } = own.value;
    const asked = { id: 'upstream-proxy' as ExchangeId, session: 'upstream-proxy' as SessionId, method: 'POST' } as const;
    const startedAt = parts.clock.monotonic();
    const exchange = ownExchange({ ...asked, form: own.value.form, subject, startedAt, fields: {} });
    const judged = await judgeOwn(exchange, policy, { ...parts, tables });
    if (judged.ok) return ok(judged.value.decision.dial);
    const { code, detail, reason } = judged.failure;
    return fail({ code, detail: detail ?? reason ?? 'it may not be dialled' });
  };
}

/** Compiled once for the tables in force, whose world it is about. */
function policyByTables(
  { authority }: AbsoluteForm,
  place: string,
  { settings, clock }: ParentParts,
): (tables: GeoTables) => Result<EndpointPolicy, string> {
  const endpoint = {
    setting: 'upstream-proxy.url',
    rule: 'upstream-proxy',
    // In the clear as well: what runs through is sealed by itself, or was permitted in the clear.
    url: `https://${authorityText(authority)}/`,
    place,
    methods: ['POST'],
    internal: 'any',
    because: 'everything passes through there',
  } as const;
  const compiled = new WeakMap<GeoTables, Result<EndpointPolicy, string>>();
  return (tables) => {
    const known = compiled.get(tables) ?? ownEndpointPolicy(endpoint, settings.node, tables.world, clock.now());
    compiled.set(tables, known);
    return known;
  };
}

/** RFC 7617 §2: a user without colon; what it is, nobody is told. */
const USER_PASSWORD = /^[^:\p{Cc}]+:[^\p{Cc}]*$/u;

function basicCredential(name: string, values: CredentialValues): NonNullable<Parent['authorization']> {
  return async () => {
    const found = await values.value(name);
    const problem = found.ok
      ? USER_PASSWORD.test(found.value) || 'It is not shown, expected USER:PASSWORD'
      : `${found.failure}: cordon secrets set ${name}`;
    if (found.ok && problem === true) return ok(`Basic ${Buffer.from(found.value).toString('base64')}`);
    return fail({ code: 'credential_unavailable', detail: `upstream-proxy.secret: ${name}: ${problem}` });
  };
}

function textOf({ code, detail }: Failure): string {
  return `${code}: ${detail}`;
}
