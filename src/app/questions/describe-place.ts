import type { PlaceAnswer } from '../../admin/contract.ts';
import type { DestinationFacts, Evidence } from '../../core/place/evidence.ts';
import { hostText } from '../../core/address.ts';
import { ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { locate } from '../../destination/locate.ts';
import { parseHost } from '../../wire/name/authority.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';

/**
 * Everything the tables say about one name or address. A name is not looked up: a query would leave this machine, and
 * whoever asks may be an agent.
 *
 * @failure a sentence on what is wrong with the text
 */
export function describePlace(tables: GeoTables, text: string): Result<PlaceAnswer, string> {
  const address = parseIpAddress(text);
  const host = address.ok ? ok({ kind: 'address', address: address.value } as const) : parseHost(text);
  if (!host.ok) return host;
  const facts = locate(tables, { host: host.value, port: 443 });
  const [about] = facts.addresses ?? [];
  const evidence = [...(facts.name === undefined ? [] : [facts.name.evidence]), ...(about?.evidence ?? [])];
  return ok({
    host: hostText(host.value),
    ...(about !== undefined && { class: about.class }),
    evidence: evidence.map(inWords),
    notes: notesOn(facts),
  });
}

function notesOn({ host, name, addresses }: DestinationFacts): string[] {
  const notes: string[] = [];
  if (host.kind === 'name') notes.push('The name was not looked up: its addresses may say more');
  if (name?.dependsOn !== undefined) notes.push('The place depends on the request: path or content decide');
  if (name?.processesElsewhere === true) notes.push('Content may be processed elsewhere than it is entered');
  const byGeoip = addresses?.some(
    ({ evidence, geoipProvesInside }) => !geoipProvesInside && evidence.some(({ kind }) => kind === 'geoip'),
  );
  if (byGeoip === true) notes.push('GeoIP alone proves outside only');
  return notes;
}

function inWords({ kind, places, source, date, match, stale }: Evidence): PlaceAnswer['evidence'][number] {
  return {
    kind,
    ...(places.entry !== undefined && { entry: places.entry.label }),
    ...(places.processing !== undefined && { processing: places.processing.label }),
    ...(places.storage !== undefined && { storage: places.storage.label }),
    source,
    ...(date !== undefined && { date }),
    ...(match !== undefined && { match }),
    ...(stale !== undefined && { stale }),
  };
}
