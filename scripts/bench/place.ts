/**
 * How often the tables are right about "is this address inside the EU", by provider and by kind of evidence, over the prefixes
 * that cloud providers publish. Prints Markdown; `docs/places.md` holds its last output and says what it does and does not show.
 *
 * `CORDON_CLOUD_RANGES`: directory with `<provider>.csv` files of columns cidr,provider,region,service, which are not part of the
 * repository (default `../shared/data/cloud-ranges` beside it). `CORDON_GEOIP_SECOND`: a second country database, if there is one.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cidr, IpAddress } from '../../src/core/address.ts';
import type { AddressFacts } from '../../src/core/place/evidence.ts';
import type { CountrySet } from '../../src/core/place/country-set.ts';
import type { Place } from '../../src/core/place/place.ts';
import { loadGeoTables, type GeoTables } from '../../src/destination/geo-tables.ts';
import { parseRegionTable, type RegionTable } from '../../src/destination/region-table.ts';
import { MANIFEST_FILE, printManifest, type ManifestEntry } from '../../src/destination/update/manifest.ts';
import { printRangeFile, type RangeRow } from '../../src/destination/update/range-file.ts';
import { addressStanding } from '../../src/policy/judge.ts';
import { cidrBounds, parseCidr } from '../../src/wire/address/cidr.ts';
import { buildIntervalTable, type IntervalTable } from '../../src/wire/address/interval-table.ts';
import { ipv4, ipv6 } from '../../src/wire/address/ip-address.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RANGES = process.env['CORDON_CLOUD_RANGES'] ?? join(ROOT, '../shared/data/cloud-ranges');
const SECOND = process.env['CORDON_GEOIP_SECOND'];
/** Files by the provider whose truth they carry; all but the last three have regions. */
const FILES = {
  aws: ['aws'],
  gcp: ['gcp'],
  azure: ['azure', 'azure-services', 'azure-global-services'],
  'azure-gov': ['azure-gov'],
  'azure-china': ['azure-china'],
  oci: ['oci'],
  digitalocean: ['digitalocean'],
  linode: ['linode'],
  google: ['google-services'],
  cloudflare: ['cloudflare'],
  fastly: ['fastly'],
} as const;
type Provider = keyof typeof FILES;
const PROVIDERS = Object.keys(FILES) as Provider[];
/** The measurement is about places, not about age: the clock stands on the day after the lists. */
const LIST_DATE = '2026-08-22';
const NOW = Date.parse('2026-08-23T00:00:00Z');
const DAY = 86_400_000;
/** One prefix in ten is held out, chosen by its digest so that every run holds out the same. */
const isHeldOut = (row: RangeRow): boolean => createHash('sha256').update(row.cidr).digest()[0]! < 26;

type Verdict = 'inside' | 'outside' | 'unknown';
type Truth = { readonly place: 'inside' | 'outside' | 'none'; readonly provider: Provider };
interface Sample {
  readonly address: IpAddress;
  readonly truth: Truth;
  readonly heldOut: boolean;
}
interface Tally {
  n: number;
  right: number;
  falseInside: number;
  falseOutside: number;
  unknown: number;
}

async function main(): Promise<void> {
  if (!existsSync(join(RANGES, 'aws.csv'))) {
    process.stdout.write('Skipped: no published prefixes here (set CORDON_CLOUD_RANGES to a directory that has them).\n');
    return;
  }
  const lists = withoutCustomers(
    new Map(await Promise.all(PROVIDERS.map(async (provider) => [provider, await readLists(provider)] as const))),
  );
  const bare = await loadTables(undefined, 'agreeing');
  const eu = bare.world.jurisdictions.get('eu')!.countries;
  const regions = await readRegions(bare);
  const samples = PROVIDERS.flatMap((provider) => samplesOf(provider, lists.get(provider)!, regions, eu));
  const measure = async (title: string, tables: GeoTables, chosen: readonly Sample[]): Promise<void> => {
    process.stdout.write(`\n### ${title}\n\n${report(chosen, tables, eu)}\n`);
  };

  await withDataDirectory(
    lists,
    () => true,
    async (directory) => {
      await measure('Range lists, DB-IP behind them', await loadTables(directory, 'agreeing'), samples);
    },
  );
  await withDataDirectory(
    lists,
    (row) => !isHeldOut(row),
    async (directory) => {
      const held = samples.filter(({ heldOut }) => heldOut);
      await measure(
        'Range lists without the prefix that is asked about (one in ten held out)',
        await loadTables(directory, 'agreeing'),
        held,
      );
    },
  );
  await measure('No range list: DB-IP alone, as shipped (proves outside only)', bare, samples);
  await measure('No range list: DB-IP alone with `geo.trust: single`', await loadTables(undefined, 'single'), samples);
  if (SECOND !== undefined) {
    await measure('No range list: DB-IP and a second database', await loadTables(undefined, 'agreeing', [SECOND]), samples);
  }
}

type Lists = ReadonlyMap<Provider, ReadonlyMap<string, readonly RangeRow[]>>;

/** The list of all of Google repeats its customers' ranges, whose regions stand in another list; `geo update` takes them out too. */
function withoutCustomers(lists: Lists): Lists {
  const customers = intervalTable([...lists.get('gcp')!.values()].flat());
  const isOwn = (row: RangeRow): boolean => ends(row.cidr).every((address) => customers.lookup(address) === undefined);
  const own = new Map([...lists.get('google')!].map(([file, rows]) => [file, rows.filter(isOwn)] as const));
  return new Map([...lists, ['google', own]]);
}

async function readLists(provider: Provider): Promise<ReadonlyMap<string, readonly RangeRow[]>> {
  const lists = new Map<string, readonly RangeRow[]>();
  for (const file of FILES[provider]) {
    const text = await readFile(join(RANGES, `${file}.csv`), 'utf8');
    const rows = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line): RangeRow => {
        const [cidr, named, region, ...service] = line.split(',');
        return { cidr: cidr!, provider: named!, region: region!, service: service.join(' ').replaceAll('"', '') };
      });
    lists.set(file, rows);
  }
  return lists;
}

/**
 * First and last address of every prefix, with the country that the publisher's own longest prefix gives it. The oracle is the
 * interval table of `wire`, not the compiled table under test; Azure's tags of services without a region come before regions.
 */
function samplesOf(
  provider: Provider,
  lists: ReadonlyMap<string, readonly RangeRow[]>,
  regions: RegionTable,
  eu: CountrySet,
): Sample[] {
  const oracle = intervalTable([...lists].flatMap(([file, rows]) => (file === 'azure-global-services' ? [] : rows)));
  const overriding = intervalTable(lists.get('azure-global-services') ?? []);
  return [...lists.values()].flat().flatMap((row) =>
    ends(row.cidr).flatMap((address) => {
      const truth = overriding.lookup(address) ?? oracle.lookup(address);
      const place = regions.ofRange(provider, truth!.value.region);
      // A region without a documented country has no truth to be measured against.
      if (place === undefined || place.open === 'unknown') return [];
      const inside = place.open === undefined && place.countries.isSubsetOf(eu);
      const kind = place.open === undefined ? (inside ? 'inside' : 'outside') : 'none';
      return [{ address, truth: { place: kind, provider }, heldOut: isHeldOut(truth!.value) } satisfies Sample];
    }),
  );
}

function intervalTable(rows: readonly RangeRow[]): IntervalTable<RangeRow> {
  return buildIntervalTable(rows.map((row) => ({ cidr: cidrOrThrow(row.cidr), value: row })));
}

function cidrOrThrow(text: string): Cidr {
  const cidr = parseCidr(text);
  if (!cidr.ok) throw new Error(cidr.failure);
  return cidr.value;
}

function ends(text: string): IpAddress[] {
  const { first, last } = cidrBounds(cidrOrThrow(text));
  return [first, last].map((words) =>
    words.length === 1 ? ipv4(words[0]!) : ipv6([words[0]!, words[1]!, words[2]!, words[3]!]),
  );
}

function report(samples: readonly Sample[], tables: GeoTables, eu: CountrySet): string {
  const tallies = new Map<string, Tally>();
  for (const { address, truth } of samples) {
    const verdict = verdictOf(tables.collectAddress(address, 443), eu);
    const row = truth.place === 'none' ? `${truth.provider}, no region` : truth.provider;
    for (const name of [row, truth.place === 'none' ? 'all without a region' : 'all with a region'])
      count(tallies, name, truth.place, verdict);
  }
  const header =
    '| addresses of | n | right % | false inside % | false outside % | unknown % |\n|---|---:|---:|---:|---:|---:|';
  const rows = [...tallies].toSorted(
    ([a], [b]) => Number(a.startsWith('all')) - Number(b.startsWith('all')) || (a < b ? -1 : 1),
  );
  return [header, ...rows.map(([name, tally]) => tableRow(name, tally))].join('\n');
}

function count(tallies: Map<string, Tally>, name: string, truth: Truth['place'], verdict: Verdict): void {
  const tally = tallies.get(name) ?? { n: 0, right: 0, falseInside: 0, falseOutside: 0, unknown: 0 };
  tallies.set(name, tally);
  tally.n++;
  if (verdict === 'inside') tally[truth === 'inside' ? 'right' : 'falseInside']++;
  else if (verdict === 'outside') tally[truth === 'inside' ? 'falseOutside' : 'right']++;
  else tally.unknown++;
}

function tableRow(name: string, { n, right, falseInside, falseOutside, unknown }: Tally): string {
  const percent = (part: number): string => ((100 * part) / n).toFixed(2);
  return `| ${name} | ${n} | ${[right, falseInside, falseOutside, unknown].map(percent).join(' | ')} |`;
}

/** What the decision point would know: inside is proved, outside is proved, or neither. Anycast is proved to be outside. */
function verdictOf(facts: AddressFacts, eu: CountrySet): Verdict {
  const { place, outsideOnly } = addressStanding(facts);
  if (!isIn(place, eu)) return place.open === 'unknown' ? 'unknown' : 'outside';
  return outsideOnly ? 'unknown' : 'inside';
}

function isIn(place: Place, set: CountrySet): boolean {
  return place.open === undefined && place.countries.isSubsetOf(set);
}

async function readRegions(tables: GeoTables): Promise<RegionTable> {
  const text = await readFile(join(ROOT, 'geoip-data/cloud-regions.csv'), 'utf8');
  const table = parseRegionTable(text, tables.world.jurisdictions);
  if (!table.ok) throw new Error(table.failure);
  return table.value;
}

async function loadTables(
  dataDirectory: string | undefined,
  trust: 'agreeing' | 'single',
  databases: readonly string[] = [],
): Promise<GeoTables> {
  const loaded = await loadGeoTables({
    directory: join(ROOT, 'geoip-data'),
    ...(dataDirectory !== undefined && { dataDirectory }),
    databases,
    overrides: [],
    trust,
    maxAge: { ranges: 45 * DAY, geoip: 240 * DAY },
    clock: { now: () => NOW, monotonic: () => 0 },
    selfAddresses: () => [],
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value;
}

/** Lays the lists down as `geo update` would, for as long as `use` takes. */
async function withDataDirectory(
  lists: Lists,
  keeps: (row: RangeRow) => boolean,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-bench-place-'));
  try {
    await mkdir(join(directory, 'geo'));
    const files: ManifestEntry[] = [];
    for (const [provider, byFile] of lists) {
      for (const [name, rows] of byFile) {
        const kept = rows.filter(keeps);
        const bytes = Buffer.from(printRangeFile(kept));
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        await writeFile(join(directory, 'geo', `${name}.csv`), bytes);
        files.push({
          file: `${name}.csv`,
          kind: 'ranges',
          provider,
          source: 'copy of the published list',
          date: LIST_DATE,
          fetchedAt: `${LIST_DATE}T00:00:00Z`,
          sha256,
          rows: kept.length,
        });
      }
    }
    await writeFile(join(directory, 'geo', MANIFEST_FILE), printManifest({ version: 1, files }));
    await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

await main();
