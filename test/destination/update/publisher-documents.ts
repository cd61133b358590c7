/** Small documents in the publishers' formats, with prefixes that the publishers really announce. */

export const AWS_JSON = JSON.stringify({
  syncToken: '1787362334',
  createDate: '2026-08-22-01-32-14',
  prefixes: [
    { ip_prefix: '3.120.0.0/14', region: 'eu-central-1', service: 'AMAZON', network_border_group: 'eu-central-1' },
    { ip_prefix: '3.120.0.0/14', region: 'eu-central-1', service: 'EC2', network_border_group: 'eu-central-1' },
    { ip_prefix: '83.119.128.0/18', region: 'eu-central-1', service: 'EC2', network_border_group: 'eu-central-1-ist-1' },
    { ip_prefix: '15.193.0.0/19', region: 'GLOBAL', service: 'AMAZON', network_border_group: 'GLOBAL' },
    { ip_prefix: '15.193.0.0/24', region: 'ap-south-1', service: 'AMAZON', network_border_group: 'ap-south-1' },
  ],
  ipv6_prefixes: [
    { ipv6_prefix: '2a05:d014::/35', region: 'eu-central-1', service: 'EC2', network_border_group: 'eu-central-1' },
  ],
});

export const CLOUD_JSON = JSON.stringify({
  syncToken: '1777965134000',
  creationTime: '2026-05-05T00:12:14.000000',
  prefixes: [
    { ipv4Prefix: '34.89.128.0/17', service: 'Google Cloud', scope: 'europe-west3' },
    { ipv4Prefix: '34.36.0.0/16', service: 'Google Cloud', scope: 'global' },
    { ipv6Prefix: '2600:1900:4140::/44', service: 'Google Cloud', scope: 'europe-west3' },
  ],
});

export const GOOG_JSON = JSON.stringify({
  syncToken: '1777965134000',
  creationTime: '2026-05-06T00:12:14.000000',
  prefixes: [{ ipv4Prefix: '8.8.8.0/24' }, { ipv4Prefix: '34.89.128.0/17' }, { ipv6Prefix: '2001:4860::/32' }],
});

interface TagOptions {
  readonly region?: string;
  readonly systemService?: string;
}

function tag(name: string, addressPrefixes: readonly string[], { region = '', systemService = '' }: TagOptions = {}): object {
  const properties = {
    changeNumber: 20,
    region,
    regionId: 18,
    platform: 'Azure',
    systemService,
    addressPrefixes,
    networkFeatures: null,
  };
  return { name, id: name, properties };
}

export const SERVICE_TAGS_JSON = JSON.stringify({
  changeNumber: 372,
  cloud: 'Public',
  values: [
    tag('AzureCloud', ['20.52.64.0/20', '13.104.129.0/26', '13.107.246.0/24', '20.190.128.0/24', '20.38.84.64/26']),
    tag('AzureCloud.germanywc', ['20.52.64.0/20', '13.107.246.0/24', '20.190.128.128/25'], { region: 'germanywc' }),
    tag('AzureCloud.westeurope', ['20.38.84.64/26'], { region: 'westeurope' }),
    tag('Storage.GermanyWestCentral', ['20.52.64.16/28'], { region: 'germanywc', systemService: 'AzureStorage' }),
    tag('AzureFrontDoor.Frontend', ['13.107.246.0/24'], { systemService: 'AzureFrontDoor' }),
    tag('AzureActiveDirectory', ['20.190.128.0/24'], { systemService: 'AzureAD' }),
    tag('ActionGroup', ['20.38.84.72/31'], { systemService: 'ActionGroup' }),
    tag('AzurePlatformIMDS', ['169.254.169.254/32'], { systemService: 'AzurePlatformIMDS' }),
  ],
});

export const SERVICE_TAGS_URL =
  'https://download.microsoft.com/download/7/1/d/71d86715-5596-4529-9b13-da13a5de5b63/ServiceTags_Public_20260622.json';

export const GEOFEED_CSV = [
  '# prefix,country,region,city,postal',
  '5.101.96.0/21,NL,NL-NH,Amsterdam,1098 XH',
  '24.144.64.0/22,us,US-NJ,"North Bergen, ""NJ""",07047',
  '2a03:b0c0:3::/48,DE,DE-HE,Frankfurt,60341',
  '45.55.0.0/19,,,,',
  '46.101.0.0/18,DE,GB-ENG,London,',
  '138.68.0.0/20,GB,,,',
  '192.0.2.0/24,US,US-NJ,Nowhere,',
  '45.55.32.0/19,ZZ,,,',
  '',
].join('\r\n');

export const OCI_JSON = JSON.stringify({
  last_updated_timestamp: '2026-02-01T09:33:06.584829',
  regions: [
    { region: 'eu-frankfurt-1', cidrs: [{ cidr: '130.61.0.0/16', tags: ['OCI'] }] },
    { region: 'mx-monterrey-1', cidrs: [{ cidr: '40.233.0.0/19', tags: ['OSN', 'OBJECT_STORAGE'] }] },
  ],
});

export const CLOUDFLARE_V4 = '103.21.244.0/22\n104.16.0.0/13';
export const CLOUDFLARE_V6 = '2400:cb00::/32\n2606:4700::/32\n';

export const FASTLY_JSON = JSON.stringify({
  addresses: ['23.235.32.0/20', '151.101.0.0/16'],
  ipv6_addresses: ['2a04:4e40::/32'],
});

export const ERROR_PAGE =
  '<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body>Try later</body></html>';
