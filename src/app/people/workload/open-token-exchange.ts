import { rootCertificates } from 'node:tls';
import type { TokenExchange } from '../../../admin/access/people.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { exchangeIds } from '../../system.ts';
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
  { settings, clock, random, inForce, state, plane, log }: PeopleSideParts,
): Result<TokenExchange, string> {
  const issuers = new Map<string, KnownIssuer>();
  const egress = {
    tables: () => inForce.tables,
    resolver: plane.resolver,
    parent: plane.parent,
    clock,
    journal: state.journal,
    newExchangeId: exchangeIds(clock, random),
    anchors: state.anchors.length === 0 ? undefined : [...rootCertificates, ...state.anchors],
  };
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
