import type { AddressClass, Cidr, IpAddress } from '../../core/address.ts';
import type { Evidence } from '../../core/place/evidence.ts';
import { ANYCAST, UNKNOWN, type Place } from '../../core/place/place.ts';
import { classify } from '../../wire/address/address-class.ts';
import type { IntervalTable } from '../../wire/address/interval-table.ts';
import type { RangeMatch, RangeTable } from '../range-table.ts';
import type { RegionTable } from '../region-table.ts';
import type { AnycastTable } from './anycast-table.ts';
import { geoipOpinion, type DatedDatabase, type GeoipTrust } from './geoip/geoip-set.ts';

/** The operator states where a block of addresses is (`geo.overrides`): an attestation about addresses. */
export interface Override {
  readonly cidr: Cidr;
  readonly place: Place;
  readonly basis: string;
}

/** A range file as it counts now. */
export interface DatedRanges {
  /** File name without extension: `aws`. */
  readonly name: string;
  readonly date: string;
  readonly stale: boolean;
}

/** Everything that is asked about an address, in the state of one moment. */
export interface AddressSources {
  readonly overrides: IntervalTable<Override>;
  readonly regions: RegionTable;
  readonly ranges: RangeTable;
  /** By the number of the file in `ranges`. */
  readonly rangeFiles: readonly DatedRanges[];
  readonly anycast: AnycastTable;
  readonly databases: readonly DatedDatabase[];
  readonly trust: GeoipTrust;
}

export interface CollectedEvidence {
  readonly class: AddressClass;
  /** Strongest first. */
  readonly evidence: readonly Evidence[];
  readonly geoipProvesInside: boolean;
}

/**
 * All that the tables say about an address. Tables of the public internet are asked about public addresses only: a private one
 * is in no country, and one that carries another address is not where its own bits say.
 */
export function collectEvidence(sources: AddressSources, address: IpAddress): CollectedEvidence {
  const addressClass = classify(address);
  const stated = overrideEvidence(sources.overrides, address);
  if (addressClass !== 'global') return { class: addressClass, evidence: stated, geoipProvesInside: false };
  const opinion = geoipOpinion(sources.databases, address, sources.trust);
  return {
    class: addressClass,
    evidence: [
      ...stated,
      ...rangeEvidence(sources, address),
      ...anycastEvidence(sources.anycast, address),
      ...opinion.evidence,
    ],
    geoipProvesInside: opinion.provesInside,
  };
}

function overrideEvidence(overrides: IntervalTable<Override>, address: IpAddress): Evidence[] {
  const found = overrides.lookup(address);
  if (found === undefined) return [];
  const { place, basis, cidr } = found.value;
  return [{ kind: 'attestation', places: { entry: place }, source: basis, match: cidr.text, address: address.text }];
}

function rangeEvidence({ ranges, rangeFiles, regions }: AddressSources, address: IpAddress): Evidence[] {
  const found = ranges.lookup(address);
  if (found === undefined) return [];
  const file = rangeFiles[found.file];
  const entry = rangePlace(regions, found);
  return [
    {
      kind: 'cloud-range',
      places: entry === undefined ? {} : { entry },
      source: `${file?.name ?? found.provider} ranges`,
      ...(file !== undefined && { date: file.date }),
      match: `${found.cidr} ${found.region}`.trimEnd(),
      address: address.text,
      ...(file?.stale === true && { stale: true }),
    },
  ];
}

function rangePlace(regions: RegionTable, found: RangeMatch): Place | undefined {
  if (found.ambiguous) return { ...UNKNOWN, label: `${found.provider}: two regions` };
  return regions.ofRange(found.provider, found.region);
}

function anycastEvidence(anycast: AnycastTable, address: IpAddress): Evidence[] {
  const found = anycast.lookup(address);
  if (found === undefined) return [];
  const { operator, date } = found.value;
  return [
    {
      kind: 'anycast',
      places: { entry: ANYCAST },
      source: `anycast list: ${operator}`,
      date,
      match: found.cidr.text,
      address: address.text,
    },
  ];
}
