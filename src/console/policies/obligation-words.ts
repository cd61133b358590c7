import type { ExplainAnswer } from '../../admin/contract.ts';
import { lengthText } from '../text/duration-text.ts';

type Obligation = ExplainAnswer['decision']['obligations'][number];

/** What a permit requires, in a sentence. */
export function obligationWords(obligation: Obligation): string {
  return `${sentenceOf(obligation)} (${obligation.rules.join(', ')})`;
}

function sentenceOf(obligation: Obligation): string {
  switch (obligation.kind) {
    case 'mask': {
      const masks = obligation.masks.map(({ entities, as }) => `${entitiesText(entities)} as ${as}`).join('; ');
      return `Mask the ${obligation.direction}: ${masks}`;
    }
    case 'approval':
      return `Wait for ${obligation.quorum} of ${obligation.by.join(' or ')}, at the longest ${lengthText(obligation.expires)}`;
    case 'record':
      return obligation.content ? 'Record it with its content' : 'Record it';
    case 'credential':
      return `Put in ${tokenWords(obligation.tokenFrom)}the credential ${obligation.id}${usesWords(obligation.uses)}`;
    case 'limit':
      return `Keep within a limit per ${obligation.limit.per}`;
    case 'headers':
      return `Set ${Object.keys(obligation.set).join(', ') || 'no field'}, remove ${obligation.remove.join(', ') || 'none'}`;
    case 'drop-agent-credentials':
      return 'Drop the credentials that the agent sends';
  }
}

function tokenWords(from: string | undefined): string {
  return from === undefined ? '' : `a token from ${from} for `;
}

function usesWords(uses: Extract<Obligation, { kind: 'credential' }>['uses']): string {
  return uses === undefined ? '' : `, at most ${uses.most} times in ${lengthText(uses.every)} per ${uses.per}`;
}

/** A group of hundreds is a number. */
function entitiesText(entities: readonly string[]): string {
  const shown = entities.slice(0, 6).join(', ');
  return entities.length <= 6 ? shown : `${shown} and ${entities.length - 6} more`;
}
