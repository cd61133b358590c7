import { openParent, type ParentParts } from '../../app/egress/open-parent.ts';
import { openSecrets } from '../../app/loading/open-secrets.ts';
import { readAnchors } from '../../app/loading/read-anchors.ts';
import { systemClock, systemRandom } from '../../app/system.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { installationKeys } from '../../app/fleet/installation-keys.ts';
import { openOriginTls } from '../../tls/origin-tls.ts';
import type { Parent } from '../../upstream/parent/parent.ts';
import type { CommandContext } from '../context.ts';

/**
 * What a gateway with these settings would leave through, judged; undefined where that is nothing.
 * @failure a sentence that names the setting
 */
export async function localParent(
  { terminal }: CommandContext,
  settings: Settings,
  { tables, resolver }: { readonly tables: GeoTables; readonly resolver: ParentParts['resolver'] },
): Promise<Result<Parent | undefined, string>> {
  if (settings['upstream-proxy'] === undefined) return ok(undefined);
  const anchors = await readAnchors(settings.trust);
  if (!anchors.ok) return anchors;
  const originTls = openOriginTls(anchors.value);
  if (!originTls.ok) return originTls;
  const keys = installationKeys(settings.data, systemRandom);
  const secrets = await openSecrets(settings, { keys, random: systemRandom, environment: terminal.env });
  if (!secrets.ok) return secrets;
  const known = { settings, resolver, clock: systemClock, secrets: secrets.value, originTls: originTls.value };
  return await openParent({ ...known, tables: () => tables });
}
