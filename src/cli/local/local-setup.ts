import type { Settings } from '../../config/settings-schema.ts';
import { ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { type CommandContext, settingsFor } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import { localPolicy, type LocalPolicy } from './local-policy.ts';
import { localTables } from './local-tables.ts';

/** Everything that a gateway started here would decide with. */
export interface LocalSetup {
  readonly settings: Settings;
  readonly tables: GeoTables;
  readonly policy: LocalPolicy;
}

/** The set-up for this command, or the exit code after every problem was printed. */
export async function localSetup(context: CommandContext): Promise<Result<LocalSetup, ExitCode>> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded;
  const { settings } = loaded.value;
  const tables = await localTables(context, settings);
  if (!tables.ok) return tables;
  const policy = await localPolicy(context, loaded.value, tables.value.world);
  return policy.ok ? ok({ settings, tables: tables.value, policy: policy.value }) : policy;
}
