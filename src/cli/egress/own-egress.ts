import type { Settings } from '../../config/settings-schema.ts';
import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { Failure } from '../../core/codes.ts';
import type { Clock, Resolution, Resolver } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { locate } from '../../destination/locate.ts';
import type { Fetch } from '../../destination/update/fetched-documents.ts';
import type { UpdateSource } from '../../destination/update/source.ts';
import { decide } from '../../policy/decide.ts';
import { outlook } from '../../policy/outlook.ts';
import { MAXMIND_HOST } from '../../destination/update/sources.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';
import { type Account, getDocument } from './document-get.ts';
import { type OwnPolicy, ownEgressPolicy } from './own-egress-policy.ts';
import type { pinnedGet } from './pinned-get.ts';

export interface OwnEgressParts {
  readonly settings: Settings;
  readonly tables: GeoTables;
  readonly sources: readonly UpdateSource[];
  readonly resolver: Resolver;
  readonly clock: Clock;
  /** What connects to the judged addresses. */
  readonly get: typeof pinnedGet;
}

/**
 * Gets documents for the gateway itself, as any agent gets them: the name is looked up only when a rule could permit it, every
 * address is judged, and what is dialled is what was judged (invariants 2, 3 and 10). Only a licensed document may redirect, and
 * the second request is judged like the first.
 *
 * @failure a sentence that names the setting that stands against it
 */
export function openOwnEgress(parts: OwnEgressParts): Result<Fetch, string> {
  const { settings, tables, sources, clock, get } = parts;
  if (settings['upstream-proxy'] !== undefined) {
    return fail('upstream-proxy: this version cannot reach the publishers through another proxy');
  }
  const policy = ownEgressPolicy(settings, sources, tables.world, clock.now());
  if (!policy.ok) return policy;
  const account = accountOf(settings.geo.maxmind);
  return ok((url, options) =>
    getDocument(
      url,
      options,
      async (form, { maxBytes, timeout }, authorization) => {
        const fields = authorization === undefined ? [] : ['authorization'];
        const judged = await judge(form, policy.value, parts, new Set(fields));
        if (!judged.ok) return judged;
        return get(form, judged.value, { maxBytes, timeout, ...(authorization !== undefined && { authorization }) });
      },
      account,
    ),
  );
}

function accountOf(maxmind: Settings['geo']['maxmind']): Account | undefined {
  if (maxmind === undefined) return undefined;
  const userPass = Buffer.from(`${maxmind.account}:${maxmind['licence-key']}`);
  return { host: MAXMIND_HOST, authorization: `Basic ${userPass.toString('base64')}` };
}

/** The addresses that may be dialled; never empty. */
async function judge(
  form: AbsoluteForm,
  own: OwnPolicy,
  parts: OwnEgressParts,
  fieldNames: ReadonlySet<string>,
): Promise<Result<readonly string[], Failure>> {
  const { host } = form.authority;
  const request = (resolution?: Resolution): DecisionRequest => requestFor({ form, fieldNames, resolution }, own, parts);
  const foreseen = outlook(own.policy, request());
  if (foreseen.denial !== undefined) return fail({ code: foreseen.denial.code ?? 'no_rule', detail: foreseen.denial.reason });
  if (host.kind === 'address' || foreseen.lookup !== 'permitted')
    return fail({ code: 'no_rule', detail: 'It is no publisher of tables' });
  const resolution = await parts.resolver.resolve(host.name);
  if (!resolution.ok) return resolution;
  const decision = decide(own.policy, request(resolution.value));
  if (decision.effect === 'permit' && decision.dial.length > 0) return ok(decision.dial);
  return fail({ code: decision.code ?? 'no_rule', detail: decision.reason });
}

interface OwnRequest {
  readonly form: AbsoluteForm;
  readonly fieldNames: ReadonlySet<string>;
  readonly resolution: Resolution | undefined;
}

function requestFor(
  { form: { authority, scheme, path }, fieldNames, resolution }: OwnRequest,
  { subject }: OwnPolicy,
  { tables, clock }: OwnEgressParts,
): DecisionRequest {
  const known = { ...(path !== undefined && { path }) };
  return {
    subject,
    // Our own request: all of it is known, and only the handshake goes out before the certificate is verified.
    action: {
      kind: 'intercepted',
      visibility: 'inspected',
      scheme,
      method: 'GET',
      mediaType: 'none',
      fieldNames,
      ...known,
    },
    resource: locate(tables, { ...authority, ...known, ...(resolution !== undefined && { resolution }) }),
    environment: { now: clock.now() },
  };
}
