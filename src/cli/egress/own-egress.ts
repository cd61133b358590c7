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
import { parseAbsoluteForm, type AbsoluteForm } from '../../wire/http/request-target.ts';
import { type OwnPolicy, ownEgressPolicy } from './own-egress-policy.ts';
import { pinnedGet } from './pinned-get.ts';

export interface OwnEgressParts {
  readonly settings: Settings;
  readonly tables: GeoTables;
  readonly sources: readonly UpdateSource[];
  readonly resolver: Resolver;
  readonly clock: Clock;
}

/**
 * Gets documents for the gateway itself, as any agent gets them: the name is looked up only when a rule could permit it, every
 * address is judged, and what is dialled is what was judged (invariants 2, 3 and 10). Redirects are not followed.
 *
 * @failure a sentence that names the setting that stands against it
 */
export function openOwnEgress(parts: OwnEgressParts): Result<Fetch, string> {
  const { settings, tables, sources, clock } = parts;
  if (settings['upstream-proxy'] !== undefined) {
    return fail('upstream-proxy: this version cannot reach the publishers through another proxy');
  }
  const policy = ownEgressPolicy(settings, sources, tables.world, clock.now());
  if (!policy.ok) return policy;
  return ok(async (url, limits) => {
    const form = parseAbsoluteForm(url);
    if (!form.ok) return fail({ code: 'malformed_request', detail: form.failure });
    const judged = await judge(form.value, policy.value, parts);
    return judged.ok ? pinnedGet(form.value, judged.value, limits) : judged;
  });
}

/** The addresses that may be dialled; never empty. */
async function judge(form: AbsoluteForm, own: OwnPolicy, parts: OwnEgressParts): Promise<Result<readonly string[], Failure>> {
  const { host } = form.authority;
  const foreseen = outlook(own.policy, requestFor(form, own, parts));
  if (foreseen.denial !== undefined) return fail({ code: foreseen.denial.code ?? 'no_rule', detail: foreseen.denial.reason });
  if (host.kind === 'address' || foreseen.lookup !== 'permitted')
    return fail({ code: 'no_rule', detail: 'It is no publisher of tables' });
  const resolution = await parts.resolver.resolve(host.name);
  if (!resolution.ok) return resolution;
  const decision = decide(own.policy, requestFor(form, own, parts, resolution.value));
  if (decision.effect === 'permit' && decision.dial.length > 0) return ok(decision.dial);
  return fail({ code: decision.code ?? 'no_rule', detail: decision.reason });
}

function requestFor(
  { authority, scheme, path }: AbsoluteForm,
  { subject }: OwnPolicy,
  { tables, clock }: OwnEgressParts,
  resolution?: Resolution,
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
      fieldNames: new Set(),
      ...known,
    },
    resource: locate(tables, { ...authority, ...known, ...(resolution !== undefined && { resolution }) }),
    environment: { now: clock.now() },
  };
}
