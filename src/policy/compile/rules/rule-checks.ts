import type { CompiledDestination, CompiledRule } from '../../model.ts';
import type { RuleText } from '../../schema/rules.ts';
import type { Spot } from '../../reading/spot.ts';
import type { Path } from '../../reading/parsed-source.ts';
import { didYouMean } from '../../text/nearest.ts';
import type { Scope } from '../scope.ts';
import type { Item } from '../sections.ts';

/** Reports keys of one rule that contradict each other: each would be silently ignored, or never be fulfilled. */
export function checkRule(
  item: Item<RuleText>,
  rule: CompiledRule,
  destinations: readonly CompiledDestination[],
  scope: Scope,
): void {
  checkUninspected(item);
  checkEffect(item);
  if (rule.effect === 'permit') checkPlacesOfPermit(item, rule, destinations);
  if (rule.credential !== undefined) checkCredential(rule.credential, rule, destinations, { spot: item.spot, scope });
}

/** What only an inspected request shows or lets happen (contract §4.1.3). */
const NEEDS_INSPECTION: readonly { readonly path: Path; readonly isUsed: (text: RuleText) => boolean }[] = [
  { path: ['methods'], isUsed: (text) => text.methods !== undefined },
  { path: ['paths'], isUsed: (text) => text.paths !== undefined },
  { path: ['content'], isUsed: (text) => text.content !== undefined },
  { path: ['mask'], isUsed: (text) => text.mask !== undefined },
  { path: ['credential'], isUsed: (text) => text.credential !== undefined },
  { path: ['record'], isUsed: (text) => text.record === 'content' },
  { path: ['then'], isUsed: (text) => text.then === 'hold' },
  { path: ['headers'], isUsed: (text) => text.headers !== undefined },
  { path: ['agent-credentials'], isUsed: (text) => text['agent-credentials'] === 'drop' },
];

function checkUninspected({ text, spot }: Item<RuleText>): void {
  if (text.inspect) {
    if (text.tunnel !== undefined) {
      spot
        .at('tunnel')
        .errorAtKey('Found tunnel in a rule that inspects, expected it beside inspect: false', 'add inspect: false');
    }
    return;
  }
  for (const { path, isUsed } of NEEDS_INSPECTION) {
    if (!isUsed(text)) continue;
    const shown = path[0] === 'then' ? 'hold' : path[0] === 'record' ? 'record: content' : String(path[0]);
    spot
      .at(...path)
      .errorAtKey(
        `Found ${shown} beside inspect: false, expected it in a rule that inspects`,
        'a tunnel that is not opened shows nothing of its requests',
      );
  }
}

function checkEffect({ text, spot }: Item<RuleText>): void {
  if ((text.then === 'hold' || text.opaque === 'hold') && text.approval?.by === undefined) {
    const at = text.approval === undefined ? spot : spot.at('approval');
    at.error('Found a hold that nobody can release, expected approval.by', 'write approval: { by: [group] }');
  }
  if (text.approval !== undefined && text.then !== 'hold' && text.then !== 'deny' && text.opaque !== 'hold') {
    spot.at('approval').errorAtKey(`Found approval in a rule that ${effectText(text)}, expected it beside then: hold`);
  }
  if (text.transfer !== undefined && text.then === undefined) {
    spot
      .at('transfer')
      .errorAtKey('Found transfer in a rule that only adds obligations, expected it beside then: permit or hold');
  }
  if (text['or-unknown'] && text.then !== 'deny' && text.then !== 'hold') {
    spot.at('or-unknown').errorAtKey(`Found or-unknown in a rule that ${effectText(text)}, expected it on a deny or hold`);
  }
}

function effectText(text: RuleText): string {
  return text.then === 'permit' ? 'permits' : 'only adds obligations';
}

/** A permit by place alone would match no name at all: nothing it covers is ever looked up (contract §4.1.2, §4.1.6). */
function checkPlacesOfPermit({ spot }: Item<RuleText>, rule: CompiledRule, destinations: readonly CompiledDestination[]): void {
  if (rule.to === 'any') return;
  for (const position of rule.to) {
    const { places, hosts, addresses } = destinations[position]!;
    if (places === undefined || hosts !== undefined || addresses !== undefined) continue;
    spot
      .at('to', 'places')
      .errorAtKey(
        'Found a permit with places but neither hosts nor addresses, expected at least one of them',
        'places alone look no name up: name the hosts beside them, or write hosts: ["*"] to open DNS',
      );
  }
}

function checkCredential(
  id: string,
  rule: CompiledRule,
  destinations: readonly CompiledDestination[],
  { spot, scope }: { spot: Spot; scope: Scope },
): void {
  const at = spot.at('credential');
  const credential = scope.sections.credentials.find((item) => item.id === id);
  if (credential === undefined) {
    const { credentials } = scope.sections.declared;
    if (!credentials.has(id)) at.error(`Found "${id}", expected the id of a credential`, didYouMean(id, credentials.keys()));
    return;
  }
  const allowed = credential.text.for;
  const outside =
    rule.to === 'any' ? 'any' : rule.to.map((position) => destinations[position]!.id).find((to) => !allowed.includes(to));
  if (outside === undefined) return;
  at.error(
    `Found the credential "${id}" in a rule to ${outside}, expected only destinations that it is for: ${allowed.join(', ')}`,
  );
}
