import type { CompiledDestination, CompiledRule } from '../../model.ts';
import type { DestinationText } from '../../schema/destinations.ts';
import type { Item } from '../sections.ts';

/** Warns about destinations whose `tls` can have no effect: the gateway speaks TLS only for rules that inspect. */
export function warnAboutTls(
  items: readonly Item<DestinationText>[],
  rules: readonly CompiledRule[],
  destinations: readonly CompiledDestination[],
): void {
  for (const { id, text, spot } of items) {
    if (text.tls === undefined) continue;
    const position = destinations.findIndex((destination) => destination.id === id);
    const leading = rules.filter(({ to, effect }) => effect !== 'deny' && to !== 'any' && to.includes(position));
    const permits = leading.filter(({ effect }) => effect !== undefined);
    if (permits.length === 0) {
      spot
        .at('tls')
        .warning(`Found tls on a destination that no permit or hold names, where it has no effect`, `write to: [${id}]`);
    } else if (leading.every(({ inspect }) => !inspect)) {
      spot
        .at('tls')
        .warning(
          'Found tls on a destination that only rules with inspect: false lead to, where it has no effect',
          'in a tunnel that is not opened, TLS is between the agent and the origin',
        );
    }
  }
}
