import type { HostPattern } from '../../../wire/name/host-pattern.ts';
import type { CompiledDestination, CompiledRule } from '../../model.ts';
import type { RuleText } from '../../schema/rules.ts';
import { findSharedSuffix } from './shared-hosts.ts';
import type { Spot } from '../../reading/spot.ts';
import type { Item } from '../sections.ts';

/** Warns about what is allowed and probably not meant. */
export function warnAboutRule(item: Item<RuleText>, rule: CompiledRule, destinations: readonly CompiledDestination[]): void {
  if (rule.effect === 'deny') warnAboutDeny(item);
  if (rule.effect === 'deny' || rule.effect === 'hold') warnAboutTypes(item);
  if (rule.effect !== 'permit' && rule.effect !== 'hold') return;
  if (rule.to === 'any') {
    item.spot
      .at('to')
      .warning('Found to: any on a rule that lets requests out: it opens no DNS, so no name will ever be looked up for it');
    return;
  }
  for (const position of rule.to) warnAboutDestination(item.spot.at('to'), destinations[position]!);
}

const OBLIGATIONS = ['transfer', 'approval', 'mask', 'credential', 'limits', 'headers'] as const;

function warnAboutDeny({ text, spot }: Item<RuleText>): void {
  const used: string[] = OBLIGATIONS.filter((key) => isWithoutEffect(text, key));
  if (text.record === 'content') used.push('record');
  if (text['agent-credentials'] === 'drop') used.push('agent-credentials');
  for (const key of used) spot.at(key).warning(`Found ${key} on a deny, where it has no effect`);
}

/** Under `opaque: hold` a deny on content asks a person about what nobody can read. */
function isWithoutEffect(text: RuleText, key: (typeof OBLIGATIONS)[number]): boolean {
  const asks = key === 'approval' && text.opaque === 'hold' && text.content !== undefined;
  return text[key] !== undefined && !asks;
}

function warnAboutTypes({ text, spot }: Item<RuleText>): void {
  if (text.content?.types === undefined) return;
  spot
    .at('content', 'types')
    .warning('Found types on a deny or hold, where they have no effect: they narrow permits and obligations');
}

function warnAboutDestination(spot: Spot, destination: CompiledDestination): void {
  const { hosts, addresses, places } = destination;
  if (hosts === undefined && addresses === undefined && places === undefined) {
    spot.warning('Found neither hosts nor addresses on a rule that lets requests out: no name will ever be looked up for it');
  }
  const isInline = destination.id.includes('#');
  for (const [index, pattern] of (hosts ?? []).entries()) warnAboutHost(pattern, isInline ? spot.at('hosts', index) : spot);
}

function warnAboutHost(pattern: HostPattern, spot: Spot): void {
  if (pattern.kind === 'any') {
    spot.warning(
      'Found hosts: ["*"], which opens DNS for every name',
      'name the hosts, or use suffixes such as "*.example.com"',
    );
    return;
  }
  const shared = findSharedSuffix(pattern);
  if (shared === undefined) return;
  spot.warning(
    `Found ${pattern.text}, which covers names or stores under ${shared} that anyone can own`,
    'name the hosts that are yours',
  );
}

/** Said once for a policy, where masking is first asked for (contract §4.1.14). */
export function warnAboutMasking(items: readonly Item<RuleText>[]): void {
  const first = items.find(({ text }) => text.mask !== undefined);
  first?.spot
    .at('mask')
    .warning(
      'Masking finds forms, not names and free text; masked data stays personal data, and masking alone never removes a transfer',
      'it guards against accidents, not against an agent that encodes',
    );
}

/** Said once for a policy, where content is first asked to be recorded (contract §4.1.14). */
export function warnAboutRecordedContent(items: readonly Item<RuleText>[]): void {
  const first = items.find(({ text }) => text.record === 'content' && text.then !== 'deny');
  first?.spot
    .at('record')
    .warning(
      'What is sent and answered is recorded, with pii and secrets masked: names and free text are in it, and it is personal data',
      'nothing reveals what was masked; recordings.content-limit bounds how much of a message is kept',
    );
}

/**
 * Ports default to 443 on a deny too (contract §4): a deny by place or address that leaves them out says nothing about other
 * ports, which matters as soon as some rule permits one.
 */
export function warnAboutPorts(
  items: readonly Item<RuleText>[],
  rules: readonly CompiledRule[],
  destinations: readonly CompiledDestination[],
): void {
  const portsOf = (rule: CompiledRule): readonly number[] =>
    rule.to === 'any' ? [] : rule.to.flatMap((position) => destinations[position]!.ports);
  const further = rules.find((rule) => rule.effect === 'permit' && portsOf(rule).some((port) => port !== 443));
  const port = further === undefined ? undefined : portsOf(further).find((each) => each !== 443);
  if (further === undefined || port === undefined) return;
  for (const [index, rule] of rules.entries()) {
    if (rule.effect !== 'deny' || rule.to === 'any') continue;
    const isBroad = rule.to.some(
      (position) => destinations[position]!.hosts === undefined && destinations[position]!.ports.join() === '443',
    );
    if (isBroad) {
      items[index]!.spot.at('to').warning(
        `Found a deny that covers port 443 alone, but rule "${further.id}" permits port ${port}`,
        'write ports',
      );
    }
  }
}
