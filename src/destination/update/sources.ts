import type { Bytes } from '../../core/units.ts';
import { readAws } from './publishers/aws.ts';
import { azureReader } from './publishers/azure.ts';
import { readCloudflare } from './publishers/cloudflare.ts';
import { readDbip } from './publishers/dbip.ts';
import { readFastly } from './publishers/fastly.ts';
import { readGcp, readGoogleServices } from './publishers/gcp.ts';
import { geofeedReader } from './publishers/geofeed.ts';
import { type MaxmindEdition, maxmindReader } from './publishers/maxmind.ts';
import { readOci } from './publishers/oci.ts';
import type { DocumentLocation, UpdateSource } from './source.ts';

const MIB: Bytes = 1024 * 1024;

/** What most publishers have in common: a list of ranges, served from a network that names no place. */
const PUBLISHED = {
  kind: 'ranges',
  maxBytes: 32 * MIB,
  place: 'global',
} as const;

const GCP_LIST = fixed('https://www.gstatic.com/ipranges/cloud.json');

/**
 * The publishers that `geo update` asks unless told otherwise. The minimum of rows is about half of what each published in
 * 2026, so that a page that merely parses is not taken for the list.
 */
export const UPDATE_SOURCES: readonly UpdateSource[] = [
  {
    ...PUBLISHED,
    id: 'aws',
    documents: [fixed('https://ip-ranges.amazonaws.com/ip-ranges.json')],
    minimumRows: 5000,
    read: readAws,
  },
  { ...PUBLISHED, id: 'gcp', documents: [GCP_LIST], minimumRows: 400, read: readGcp },
  {
    ...PUBLISHED,
    id: 'google',
    documents: [fixed('https://www.gstatic.com/ipranges/goog.json'), GCP_LIST],
    minimumRows: 30,
    read: readGoogleServices,
  },
  { ...PUBLISHED, id: 'azure', documents: [serviceTags('56519', 'Public')], minimumRows: 8000, read: azureReader('Public') },
  {
    ...PUBLISHED,
    id: 'azure-gov',
    documents: [serviceTags('57063', 'AzureGovernment')],
    minimumRows: 250,
    read: azureReader('AzureGovernment'),
  },
  { ...PUBLISHED, id: 'azure-china', documents: [serviceTags('57062', 'China')], minimumRows: 150, read: azureReader('China') },
  {
    ...PUBLISHED,
    id: 'oci',
    documents: [fixed('https://docs.oracle.com/iaas/tools/public_ip_ranges.json')],
    minimumRows: 500,
    read: readOci,
  },
  {
    ...PUBLISHED,
    id: 'digitalocean',
    documents: [fixed('https://digitalocean.com/geo/google.csv')],
    minimumRows: 500,
    read: geofeedReader('digitalocean'),
  },
  {
    ...PUBLISHED,
    id: 'linode',
    documents: [fixed('https://geoip.linode.com/')],
    minimumRows: 2000,
    read: geofeedReader('linode'),
  },
  {
    ...PUBLISHED,
    id: 'vultr',
    documents: [fixed('https://geofeed.constant.com/')],
    minimumRows: 200,
    read: geofeedReader('vultr'),
  },
  {
    ...PUBLISHED,
    id: 'cloudflare',
    documents: [fixed('https://www.cloudflare.com/ips-v4'), fixed('https://www.cloudflare.com/ips-v6')],
    minimumRows: 10,
    read: readCloudflare,
  },
  {
    ...PUBLISHED,
    id: 'fastly',
    documents: [fixed('https://api.fastly.com/public-ip-list')],
    minimumRows: 10,
    read: readFastly,
  },
  {
    id: 'dbip',
    kind: 'geoip',
    documents: [{ kind: 'monthly', template: 'https://download.db-ip.com/free/dbip-country-lite-{month}.mmdb.gz' }],
    maxBytes: 32 * MIB,
    minimumRows: 500_000,
    place: 'unknown',
    read: readDbip,
  },
];

/** Where MaxMind takes account and licence key. */
export const MAXMIND_HOST = 'download.maxmind.com';

/**
 * The country database of MaxMind, for those who have an account there.
 *
 * @source dev.maxmind.com/geoip/updating-databases
 */
export function maxmindSource(edition: MaxmindEdition): UpdateSource {
  const document = (suffix: string): DocumentLocation => ({
    kind: 'licensed',
    url: `https://${MAXMIND_HOST}/geoip/databases/${edition}/download?suffix=${suffix}`,
    redirectsTo: ['mm-prod-geoip-databases.a2649acb697e2c09b632799562c076f2.r2.cloudflarestorage.com'],
  });
  return {
    id: 'maxmind',
    kind: 'geoip',
    documents: [document('tar.gz'), document('tar.gz.sha256')],
    maxBytes: 32 * MIB,
    minimumRows: 400_000,
    place: 'global',
    read: maxmindReader(edition),
  };
}

function fixed(url: string): DocumentLocation {
  return { kind: 'fixed', url };
}

/** The dated file behind a Microsoft download page; only an address of that file on the download host is followed. */
function serviceTags(id: string, cloud: string): DocumentLocation {
  return {
    kind: 'linked',
    page: `https://www.microsoft.com/en-us/download/details.aspx?id=${id}`,
    link: new RegExp(`https://download\\.microsoft\\.com/download/[0-9A-Za-z/-]{1,100}/ServiceTags_${cloud}_\\d{8}\\.json`),
  };
}
