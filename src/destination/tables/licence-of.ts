/** The terms under which data of a provider or database family may be used, and the attribution it asks for. */
export function licenceOf(provider: string): string {
  return (
    LICENCES[provider] ??
    (provider === '' ? 'as its maker says' : 'published by the provider for firewall use; no licence stated')
  );
}

const LICENCES: Readonly<Record<string, string>> = {
  dbip: 'CC BY 4.0, IP Geolocation by DB-IP (https://db-ip.com)',
  maxmind:
    'GeoLite EULA or your contract with MaxMind. This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com',
  ipinfo: 'CC BY-SA 4.0 (Lite) or your contract with IPinfo',
  ip2location: 'CC BY-SA 4.0 (LITE) or your contract with IP2Location',
  ipfire: 'CC BY-SA 4.0',
  iplocate: 'CC BY-SA 4.0',
  iptoasn: 'PDDL 1.0',
  'rir-whois': 'as its maker says; withdrawn upstream, see geoip-data/SOURCES.md',
};
