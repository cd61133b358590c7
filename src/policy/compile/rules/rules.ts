import type { AgentDeclaration } from '../../../core/agent.ts';
import type { AgentId, RuleId } from '../../../core/ids.ts';
import { parseSize } from '../../../core/units.ts';
import { CONTENT_MAX } from '../../content/content-needs.ts';
import { compileGlob } from '../../../core/glob.ts';
import type { CompiledRule, ContentCondition } from '../../model.ts';
import { didYouMean } from '../../text/nearest.ts';
import type { RuleText } from '../../schema/rules.ts';
import type { Spot } from '../../reading/spot.ts';
import type { DestinationTable } from '../destination-table.ts';
import { compileEntityNames } from '../entities.ts';
import { compileApproval, compileHeaders, compileLimits, compileMasks } from './obligations.ts';
import type { Scope } from '../scope.ts';
import type { Item } from '../sections.ts';
import { accept, readPaths } from '../texts.ts';
import { compileTransfer } from './transfer.ts';

/** One entry of `rules`, with its references resolved. */
export function compileRule(
  { id, text, spot }: Item<RuleText>,
  table: DestinationTable,
  agents: readonly AgentDeclaration[],
  scope: Scope,
): CompiledRule {
  const transfer = text.transfer === undefined ? undefined : compileTransfer(text.transfer, spot.at('transfer'), scope);
  const approval = compileApproval(text.approval, spot.at('approval'));
  const content = text.content === undefined ? undefined : compileContent(text.content, spot.at('content'), scope);
  return {
    id: id as RuleId,
    position: spot.position,
    ...(text.agents !== undefined && { agents: selectAgents(text.agents, agents, spot.at('agents'), scope) }),
    to: table.resolve(text.to, id, spot.at('to')),
    ...(text.methods !== undefined && { methods: compileMethods(text.methods, spot.at('methods')) }),
    ...(text.paths !== undefined && { paths: readPaths(text.paths, spot.at('paths')) }),
    ...(content !== undefined && { content }),
    ...(text.then !== undefined && { effect: text.then }),
    ...(transfer !== undefined && { transfer }),
    ...(approval !== undefined && { approval }),
    masks: compileMasks(text.mask, spot.at('mask'), scope),
    ...(text.credential !== undefined && { credential: text.credential }),
    limits: compileLimits(text.limits ?? [], spot.at('limits')),
    recordContent: text.record === 'content',
    inspect: text.inspect,
    tunnel: text.tunnel ?? { protocol: 'tls', sni: 'required' },
    orUnknown: text['or-unknown'],
    agentCredentials: text['agent-credentials'],
    headers: compileHeaders(text.headers, spot.at('headers')),
    length: text.length,
    signed: text.signed,
    opaque: text.opaque,
  };
}

function selectAgents(
  globs: readonly string[],
  agents: readonly AgentDeclaration[],
  spot: Spot,
  scope: Scope,
): ReadonlySet<AgentId> {
  const selected = new Set<AgentId>();
  const declared = scope.sections.declared.agents;
  for (const [index, glob] of globs.entries()) {
    if (!glob.includes('*')) {
      selected.add(glob as AgentId);
      if (declared.has(glob)) continue;
      spot.at(index).error(`Found "${glob}", expected the id of an agent`, didYouMean(glob, declared.keys()));
      continue;
    }
    const matches = compileGlob(glob);
    for (const { attributes } of agents) if (matches(attributes.agent)) selected.add(attributes.agent);
    if (![...declared.keys()].some(matches)) spot.at(index).warning(`Found "${glob}", which matches no agent`);
  }
  return selected;
}

function compileMethods(methods: readonly string[], spot: Spot): ReadonlySet<string> {
  const connect = methods.indexOf('CONNECT');
  if (connect >= 0) {
    spot
      .at(connect)
      .error(
        'Found CONNECT, expected methods of requests',
        'a tunnel is judged by its destination; with inspect: false as a whole',
      );
  }
  return new Set(methods);
}

function compileContent(text: NonNullable<RuleText['content']>, spot: Spot, scope: Scope): ContentCondition | undefined {
  const entities = compileEntityNames(text.entities, spot.at('entities'), scope);
  const max = accept(parseSize(text.max), spot.at('max'));
  if (max === undefined) return undefined;
  if (max > CONTENT_MAX) {
    const message = `Found max: ${text.max}, expected no more than 10MiB without need: so much of every such request waits here`;
    spot.at('max').warning(message, 'what a rule cannot read, it denies or holds');
  }
  return { entities, ...(text.types !== undefined && { types: text.types }), max };
}
