import type { Settings } from '../../../config/settings-schema.ts';
import type { CompiledPolicy } from '../../../policy/model.ts';

/** Of the agents of a policy, a sentence for each that is known by an issuer which the settings do not name: it identifies nobody. */
export function unbelievedIssuers(
  { agents }: Pick<CompiledPolicy, 'agents'>,
  { 'token-exchange': exchange }: Pick<Settings, 'token-exchange'>,
): readonly string[] {
  const believed = new Set(exchange?.issuers.map(({ issuer }) => issuer));
  const named = agents.flatMap(({ attributes, identify }) =>
    identify.flatMap(({ oidc }) => (oidc === undefined || believed.has(oidc.issuer) ? [] : [[attributes.agent, oidc.issuer]])),
  );
  return named.map(
    ([agent, issuer]) =>
      `agent ${agent}: it is identified by ${issuer}, which token-exchange.issuers of the settings does not name`,
  );
}
