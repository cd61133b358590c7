import { systemClock, systemRandom } from '../../app/system.ts';
import { socketAddressText } from '../../config/setting-text.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { type CachingResolver, createResolver } from '../../destination/resolver.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type CommandContext, give } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** The resolver that a gateway with these settings would use, or the exit code after the problem was printed. */
export function localResolver(context: CommandContext, { resolver }: Settings): Result<CachingResolver, ExitCode> {
  const hosts = Object.fromEntries(Object.entries(resolver.hosts).map(([name, list]) => [name, list.map(({ text }) => text)]));
  const servers = resolver.servers === 'system' ? 'system' : resolver.servers.map(socketAddressText);
  const created = createResolver({ servers, hosts, timeout: resolver.timeout, clock: systemClock, random: systemRandom });
  return created.ok ? ok(created.value) : fail(give(context, EXIT.usage, `resolver: ${created.failure}`));
}
