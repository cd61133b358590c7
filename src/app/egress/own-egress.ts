import { rootCertificates } from 'node:tls';
import type { Clock, Random } from '../../core/ports.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { State } from '../state.ts';
import { exchangeIds } from '../system.ts';
import type { OwnEgress } from './own-request.ts';

export interface OwnEgressParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly inForce: Pick<PolicyInForce, 'tables'>;
  readonly state: Pick<State, 'journal'>;
  readonly plane: Pick<OwnEgress, 'resolver' | 'parent'>;
}

/** What the own requests of this gateway go out with: the tables in force, its look-ups, its parent, its record. */
export function ownEgress({ clock, random, inForce, state, plane }: OwnEgressParts): OwnEgress {
  const { resolver, parent } = plane;
  return {
    tables: () => inForce.tables,
    resolver,
    parent,
    clock,
    journal: state.journal,
    newExchangeId: exchangeIds(clock, random),
  };
}

/**
 * Whom a receiver in a network of one's own is believed from, PEM; undefined: from the public authorities alone.
 * @param anchors of the settings
 */
export function anchorsWith(anchors: readonly string[]): readonly string[] | undefined {
  return anchors.length === 0 ? undefined : [...rootCertificates, ...anchors];
}
