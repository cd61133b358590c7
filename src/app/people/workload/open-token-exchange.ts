import type { TokenExchange } from '../../../admin/access/people.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { anchorsWith, ownEgress } from '../../egress/own-egress.ts';
import type { PeopleParts, PeopleSideParts } from '../people-parts.ts';
import { createTokenExchange, type KnownIssuer } from './exchange-token.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { createPublishedKeys, publishedKeysPolicy, type TokenExchangeSettings } from './published-keys.ts';

/**
 * The exchange of workload tokens, with the issuers of the settings. None is asked before somebody shows a token of it.
 * @failure a sentence that names the setting
 */
export function openTokenExchange(
  people: PeopleParts,
  exchange: TokenExchangeSettings,
  parts: PeopleSideParts,
): Result<TokenExchange, string> {
  const { settings, clock, inForce, state, log } = parts;
  const issuers = new Map<string, KnownIssuer>();
  const egress = { ...ownEgress(parts), anchors: anchorsWith(state.anchors) };
  for (const [index, row] of exchange.issuers.entries()) {
    const setting = `token-exchange.issuers[${index}]`;
    if (issuers.has(row.issuer)) return fail(`${setting}.issuer: Found "${row.issuer}" twice`);
    const own = publishedKeysPolicy(row, setting, settings.node, { world: inForce.tables.world, now: clock.now() });
    if (!own.ok) return own;
    const keys = new IssuerKeys(createPublishedKeys(row, own.value, egress), clock);
    issuers.set(row.issuer, { keys, once: row.assertions === 'once' });
  }
  return ok(
    createTokenExchange({
      people,
      settings: exchange,
      issuers,
      assertions: state.assertions,
      agents: () => inForce.compiled.agents,
      onUnreachable: (issuer, { code, detail }) => log.error({ issuer, code, detail }, 'The keys of an issuer cannot be had'),
    }),
  );
}
