import type { Cidr } from '../../core/address.ts';
import type { IdentifyEntry } from '../../core/agent.ts';
import type { AgentId } from '../../core/ids.ts';
import { cidrContains } from '../../wire/address/cidr.ts';
import { compareAddresses } from '../../wire/address/ip-address.ts';
import { compileGlob } from '../../core/glob.ts';
import type { Spot } from '../reading/spot.ts';

export interface PlacedEntry {
  readonly agent: AgentId;
  readonly entry: IdentifyEntry;
  readonly spot: Spot;
}

/**
 * Reports entries of different agents that one client could fulfil at once (contract §4.1.8). A token names its agent, and a
 * presented credential goes before the source address, so only entries with the same kind of proof can overlap.
 */
export function reportOverlaps(entries: readonly PlacedEntry[]): void {
  const withoutToken = entries.filter(({ entry }) => !entry.token);
  reportRangeOverlaps(withoutToken.filter(({ entry }) => !isProven(entry)));
  const proven = withoutToken.filter(({ entry }) => isProven(entry));
  for (const [index, later] of proven.entries()) {
    const earlier = proven.slice(0, index).find((other) => other.agent !== later.agent && overlaps(other.entry, later.entry));
    if (earlier !== undefined) {
      later.spot.error(`Found an identity that agent "${earlier.agent}" has too, expected identities that tell agents apart`);
    }
  }
}

interface Range {
  readonly agent: AgentId;
  readonly cidr: Cidr;
  readonly spot: Spot;
}

/**
 * Blocks are nested or apart, never crossed: sorted by address and then by length, every block that holds the next one is on
 * the stack of those still open.
 */
function reportRangeOverlaps(entries: readonly PlacedEntry[]): void {
  const ranges: Range[] = entries.flatMap(({ agent, entry, spot }) =>
    (entry.cidr ?? []).map((cidr) => ({ agent, cidr, spot: spot.at('cidr') })),
  );
  ranges.sort((a, b) => compareAddresses(a.cidr.address, b.cidr.address) || a.cidr.prefixLength - b.cidr.prefixLength);
  const open: Range[] = [];
  for (const range of ranges) {
    while (open.length > 0 && !cidrContains(open.at(-1)!.cidr, range.cidr.address)) open.pop();
    const other = open.findLast((outer) => outer.agent !== range.agent);
    if (other !== undefined) {
      range.spot.error(
        `Found ${range.cidr.text} of agent "${range.agent}" inside ${other.cidr.text} of agent "${other.agent}", ` +
          'expected source ranges that tell agents apart',
      );
    }
    open.push(range);
  }
}

function isProven(entry: IdentifyEntry): boolean {
  return entry.certificate !== undefined || entry.oidc !== undefined;
}

function overlaps(a: IdentifyEntry, b: IdentifyEntry): boolean {
  return a.certificate === b.certificate && sameOidc(a, b) && rangesMeet(a.cidr, b.cidr);
}

function sameOidc(a: IdentifyEntry, b: IdentifyEntry): boolean {
  if (a.oidc === undefined || b.oidc === undefined) return a.oidc === b.oidc;
  const [x, y] = [a.oidc.subject, b.oidc.subject];
  if (a.oidc.issuer !== b.oidc.issuer || !(compileGlob(x)(y) || compileGlob(y)(x))) return false;
  const theirs = b.oidc.claims;
  return Object.entries(a.oidc.claims).every(([name, mine]) => {
    const other = theirs[name];
    return other === undefined || compileGlob(mine)(other) || compileGlob(other)(mine);
  });
}

function rangesMeet(a: readonly Cidr[] | undefined, b: readonly Cidr[] | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.some((x) => b.some((y) => cidrContains(x, y.address) || cidrContains(y, x.address)));
}
