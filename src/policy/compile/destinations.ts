import { LIFTABLE } from '../../core/address.ts';
import type { DestinationId } from '../../core/ids.ts';
import { classify } from '../../wire/address/address-class.ts';
import type { Attestation, CompiledDestination } from '../model.ts';
import type { DestinationText } from '../schema/destinations.ts';
import type { InlineDestinationText } from '../schema/rules.ts';
import type { Spot } from '../reading/spot.ts';
import type { Scope } from './scope.ts';
import { compileOriginTls } from './origin-tls.ts';
import type { Item } from './sections.ts';
import { readCidrs, readEnd, readHosts } from './texts.ts';

/** One entry of `destinations`. */
export function compileDestination({ id, text, spot, isWhole }: Item<DestinationText>, scope: Scope): CompiledDestination {
  if (id === 'any') spot.at('id').error('Found the id "any", which is a word of the language; expected another id');
  if (isWhole && text.hosts === undefined && text.addresses === undefined) {
    spot.error(`Found neither hosts nor addresses in "${id}", expected at least one of them`);
  }
  const attest = text.attest === undefined ? undefined : compileAttestation(text.attest, spot.at('attest'), scope);
  const place = text.internal === undefined ? undefined : scope.places.place(text.internal.place, spot.at('internal', 'place'));
  const compiled: CompiledDestination = {
    id: id as DestinationId,
    position: spot.position,
    ...compileTargets(text, spot),
    ports: text.ports,
    ...(attest !== undefined && { attest }),
    ...(place !== undefined && { internal: { place } }),
    addressesMode: text['addresses-mode'],
    frameworks: new Set(text.frameworks),
    ...(text.tls !== undefined && { tls: compileOriginTls(text.tls, spot.at('tls'), scope) }),
  };
  reportBoundless(compiled, spot);
  if (compiled.internal !== undefined) reportUnliftable(compiled, spot);
  return compiled;
}

/** The destination that a rule writes out itself. */
export function compileInline(id: string, text: InlineDestinationText, spot: Spot, scope: Scope): CompiledDestination {
  const { places, except } = text;
  return {
    id: id as DestinationId,
    position: spot.position,
    ...compileTargets(text, spot),
    ports: text.ports,
    ...(places !== undefined && { places: compilePlaces(places, spot.at('places'), scope) }),
    ...(except !== undefined && {
      except: {
        hosts: readHosts(except.hosts ?? [], spot.at('except', 'hosts')),
        addresses: readCidrs(except.addresses ?? [], spot.at('except', 'addresses')),
        ...(except.places !== undefined && { places: compilePlaces(except.places, spot.at('except', 'places'), scope) }),
      },
    }),
    addressesMode: 'all',
    frameworks: new Set(),
  };
}

function compilePlaces(names: readonly string[], spot: Spot, scope: Scope): NonNullable<CompiledDestination['places']> {
  return scope.places.placeSet(names, spot, { regions: true, open: false });
}

type Targets = Pick<DestinationText, 'hosts' | 'addresses'>;

function compileTargets(text: Targets, spot: Spot): Pick<CompiledDestination, 'hosts' | 'addresses'> {
  return {
    ...(text.hosts !== undefined && { hosts: readHosts(text.hosts, spot.at('hosts')) }),
    ...(text.addresses !== undefined && { addresses: readCidrs(text.addresses, spot.at('addresses')) }),
  };
}

function compileAttestation(text: NonNullable<DestinationText['attest']>, spot: Spot, scope: Scope): Attestation | undefined {
  const place = scope.places.place(text.place, spot.at('place'));
  const until = readEnd(text.until, spot.at('until'), scope.now, 'the attestation proves nothing any more');
  if (place === undefined || until === undefined) return undefined;
  return { place, covers: text.covers, basis: text.basis, until };
}

/** Statements about every name there is: each would lift a floor, or trust every origin alike (contract §4.1.4, §4.1.7). */
function reportBoundless({ hosts, addresses, internal, attest, tls }: CompiledDestination, spot: Spot): void {
  if (addresses !== undefined || hosts?.some((pattern) => pattern.kind === 'any') !== true) return;
  const message = (key: string): string => `Found ${key} beside hosts: ["*"], expected names or addresses of your own`;
  if (internal !== undefined) {
    spot.at('internal').errorAtKey(message('internal'), 'it would open every private address to every name');
  }
  if (attest !== undefined) spot.at('attest').errorAtKey(message('attest'), 'it would place the whole Internet there');
  if (tls !== undefined) spot.at('tls').errorAtKey(message('tls'), 'it would concern every origin there is');
}

/** What `internal` never lifts (contract §4.1.7). */
function reportUnliftable(destination: CompiledDestination, spot: Spot): void {
  for (const [index, cidr] of (destination.addresses ?? []).entries()) {
    const kind = classify(cidr.address);
    if (kind === 'global' || LIFTABLE.has(kind)) continue;
    spot.at('addresses', index).error(`Found ${cidr.text}, which is ${kind}; expected addresses that internal can lift`);
  }
}
