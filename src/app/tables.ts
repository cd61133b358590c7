import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../config/settings-schema.ts';
import { parseCountryCode } from '../core/place/country.ts';
import { countryPlace, UNKNOWN, type Place } from '../core/place/place.ts';
import type { Clock } from '../core/ports.ts';
import { fail, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { loadGeoTables, type GeoTables } from '../destination/geo-tables.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';

/** The data this release ships. */
const SHIPPED_DATA = fileURLToPath(new URL('../../geoip-data', import.meta.url));

/** How often the manifest of the updated tables is looked at: a running gateway sees an update within a second. */
const WATCH_INTERVAL: Milliseconds = 500;

/** Loads every table the settings name. @failure a sentence per table that is broken */
export async function openTables(
  settings: Settings,
  clock: Clock,
  listening: () => readonly ListeningAddress[],
): Promise<Result<GeoTables, string>> {
  const { geo, data } = settings;
  const unknown = geo.overrides.find(({ place }) => placeOf(place) === UNKNOWN);
  if (unknown !== undefined) return fail(`geo.overrides: Found place "${unknown.place}", expected a country code`);
  const loaded = await loadGeoTables({
    directory: SHIPPED_DATA,
    dataDirectory: data.directory,
    databases: geo.databases,
    overrides: geo.overrides.map(({ cidr, place, basis = 'geo.overrides' }) => ({ cidr, place: placeOf(place), basis })),
    trust: geo.trust,
    maxAge: geo['max-age'],
    clock,
    selfAddresses: listening,
  });
  return loaded.ok ? loaded : fail(loaded.failure.map(({ table, detail }) => `${table}: ${detail}`).join('\n'));
}

function placeOf(text: string): Place {
  const code = parseCountryCode(text);
  return code === undefined ? UNKNOWN : countryPlace(code);
}

/** Loads the tables anew whenever an update has replaced them; the manifest is written last. */
export function watchTables(
  settings: Settings,
  clock: Clock,
  listening: () => readonly ListeningAddress[],
  listener: { onLoaded: (tables: GeoTables) => void; onRefused: (problem: string) => void },
): Disposable {
  const manifest = join(settings.data.directory, 'geo', 'manifest.json');
  let seen: string | undefined;
  let busy = false;
  const look = async (): Promise<void> => {
    const mark = await markOf(manifest);
    const first = seen === undefined;
    if (mark === seen) return;
    seen = mark;
    if (first) return;
    const tables = await openTables(settings, clock, listening);
    if (tables.ok) listener.onLoaded(tables.value);
    else listener.onRefused(tables.failure);
  };
  const tick = (): void => {
    if (busy) return;
    busy = true;
    void look().finally(() => {
      busy = false;
    });
  };
  tick();
  const timer = setInterval(tick, WATCH_INTERVAL);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function markOf(file: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(file);
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return 'absent';
  }
}
