import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { fail, ok, type Result } from '../../../core/result.ts';
import { coveredBy } from '../covered-by.ts';
import { mergeRows } from '../merge-rows.ts';
import { NO_REGION, UNKNOWN_REGION, type RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { readCidr, readJson } from './json-document.ts';

const Document = Type.Object({
  cloud: Type.String(),
  values: Type.Array(
    Type.Object({
      name: Type.String(),
      properties: Type.Object({
        region: Type.String(),
        systemService: Type.String(),
        addressPrefixes: Type.Array(Type.String()),
      }),
    }),
  ),
});
type Tag = Static<typeof Document>['values'][number];

/** The clouds of Azure, each with its own list: the value of `cloud` in it, and our id of the provider. */
const PROVIDERS = { Public: 'azure', AzureGovernment: 'azure-gov', China: 'azure-china' } as const;

/**
 * Services whose addresses are front ends near the client, although most of them also stand in a regional tag: what is
 * entered there may be served anywhere, so these tags override regions.
 */
const FRONT_ENDS: ReadonlySet<string> = new Set([
  'AzureFrontDoor',
  'AzureActiveDirectory',
  'CognitiveServicesFrontend',
  'EOPExternalPublishedIPs',
]);

/** Tags of host-local addresses (168.63.129.16, 169.254.169.254): no destination on a network. */
const HOST_LOCAL = /^AzurePlatform/;

/** Regions whose name in service tags is not the one of Azure Resource Manager. */
const ARM_NAMES: Readonly<Record<string, string>> = {
  brazilne: 'brazilnortheast',
  brazilse: 'brazilsoutheast',
  centralfrance: 'francecentral',
  chilec: 'chilecentral',
  germanyn: 'germanynorth',
  germanywc: 'germanywestcentral',
  norwaye: 'norwayeast',
  norwayw: 'norwaywest',
  southfrance: 'francesouth',
  switzerlandn: 'switzerlandnorth',
  switzerlandw: 'switzerlandwest',
};

/**
 * A reader of `ServiceTags_<cloud>_<date>.json`: regional tags state the region of their blocks under its ARM name; blocks of
 * front ends have none, and hide what regional tags say inside them; blocks that only a tag without region lists are unknown.
 *
 * @source learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
export function azureReader(
  cloud: keyof typeof PROVIDERS,
): (documents: readonly SourceDocument[]) => Result<SourceTable, string> {
  return ([document]) => {
    const parsed = readJson(document, Document);
    if (!parsed.ok) return parsed;
    if (parsed.value.cloud !== cloud) {
      return fail(`${document?.url}: /cloud: found "${parsed.value.cloud}", expected "${cloud}"`);
    }
    const date = /_(\d{4})(\d{2})(\d{2})\.json$/.exec(document?.url ?? '');
    if (date === null) return fail(`${document?.url}: expected an address that ends in the date, as _20260622.json`);

    const groups: Groups = { regional: [], frontEnds: [], others: [] };
    for (const [index, tag] of parsed.value.values.entries()) {
      const rows = rowsOf(tag, PROVIDERS[cloud], `/values/${index}/properties/addressPrefixes`);
      if (!rows.ok) return fail(`${document?.url}: ${rows.failure}`);
      for (const row of rows.value) groups[groupOf(tag)].push(row);
    }
    return ok({ kind: 'ranges', date: date.slice(1).join('-'), rows: combine(groups) });
  };
}

type Groups = Record<'regional' | 'frontEnds' | 'others', RangeRow[]>;

function groupOf(tag: Tag): keyof Groups {
  if (FRONT_ENDS.has(tag.name.split('.')[0] ?? '')) return 'frontEnds';
  return tag.properties.region === '' ? 'others' : 'regional';
}

function combine({ regional, frontEnds, others }: Groups): readonly RangeRow[] {
  const inFrontEnd = coveredBy(frontEnds);
  const inRegion = coveredBy(regional);
  return mergeRows([
    ...frontEnds,
    ...regional.filter((row) => !inFrontEnd(row)),
    ...others.filter((row) => !inFrontEnd(row) && !inRegion(row)),
  ]);
}

function rowsOf(tag: Tag, provider: string, path: string): Result<RangeRow[], string> {
  if (HOST_LOCAL.test(tag.name)) return ok([]);
  const { addressPrefixes } = tag.properties;
  const region = regionOf(tag);
  const rows: RangeRow[] = [];
  for (const [index, text] of addressPrefixes.entries()) {
    const cidr = readCidr(text, `${path}/${index}`);
    if (!cidr.ok) return cidr;
    rows.push({ cidr: cidr.value, provider, region, service: serviceOf(tag) });
  }
  return ok(rows);
}

function regionOf(tag: Tag): string {
  const { region } = tag.properties;
  if (groupOf(tag) === 'frontEnds') return NO_REGION;
  return region === '' ? UNKNOWN_REGION : (ARM_NAMES[region] ?? region);
}

/** `Storage` for `Storage.WestEurope`; front ends keep their full name. */
function serviceOf(tag: Tag): string {
  return tag.properties.region === '' ? tag.name : (tag.name.split('.')[0] ?? tag.name);
}
