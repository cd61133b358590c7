import { systemClock } from '../../app/system.ts';
import { openTables } from '../../app/tables.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { type CommandContext, give } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** The tables that a gateway with these settings would use, or the exit code after every problem was printed. */
export async function localTables(context: CommandContext, settings: Settings): Promise<Result<GeoTables, ExitCode>> {
  const { listen } = settings;
  const listening = [...listen.proxy, listen.admin].map(({ address }) => ({ address: address.host, port: address.port }));
  const tables = await openTables(settings, systemClock, () => listening);
  return tables.ok ? ok(tables.value) : fail(give(context, EXIT.failed, ...tables.failure.split('\n')));
}
