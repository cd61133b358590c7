import type { DecisionRequest, Decision } from '../../../src/core/exchange/decision.ts';
import type { DecisionEvent } from '../../../src/core/exchange/record.ts';
import { permittedEvent, heldEvent, refusedEvent } from '../../../src/pipeline/record-events.ts';
import { eventBody } from '../../../src/recording/event-body.ts';
import type { RecordedWorld } from '../../../src/policy/simulation/recorded-request.ts';
import type { Progress } from '../../../src/pipeline/judging/progress.ts';
import type { Held } from '../../../src/pipeline/judging/permitted.ts';
import type { ApprovalId } from '../../../src/core/ids.ts';
import { decide } from '../../../src/policy/decide.ts';
import { seenRequest } from '../../../src/policy/decision/seen-request.ts';
import { outlook } from '../../../src/policy/outlook.ts';
import { verdictOf, type Verdict } from '../../../src/policy/simulation/verdict.ts';
import type { PreparedPolicy } from '../../../src/policy/target-index.ts';
import { NOW } from '../support/decision-case.ts';
import { WORLD } from '../support/world.ts';

/** What the gateway comes to about a request of which everything is known: first by its name, then by everything. */
export interface Decided {
  /** Absent where no hosts pattern covers the name: that is refused without a decision. */
  readonly decision: Decision | undefined;
  readonly isLookedUp: boolean;
}

export function decided(policy: PreparedPolicy, request: DecisionRequest): Decided {
  const { addresses: _, ...unresolved } = request.resource;
  if (request.resource.host.kind === 'name') {
    // Content is read later.
    const { content: _content, ...action } = request.action;
    const { denial, lookup } = outlook(policy, { ...request, action, resource: unresolved });
    if (denial !== undefined || lookup === 'forbidden') return { decision: denial, isLookedUp: false };
  }
  return { decision: decide(policy, seenRequest(policy, request)), isLookedUp: true };
}

/** What a simulation has to say of it. */
export function verdictIn({ decision }: Decided): Verdict {
  return decision === undefined ? { effect: 'deny', code: 'no_rule', rules: [], obligations: [] } : verdictOf(decision);
}

/** The record of a decision, written and read again. */
export function recordOf({ subject, action, resource }: DecisionRequest, { decision, isLookedUp }: Decided): DecisionEvent {
  const { addresses: _, ...unresolved } = resource;
  const progress = {
    id: 'x1',
    kind: action.kind,
    client: { address: '192.0.2.7', port: 1 },
    scheme: action.scheme,
    method: action.method ?? 'CONNECT',
    authority: { host: resource.host, port: resource.port },
    requestTarget: action.path ?? '',
    path: action.path,
    hasContent: action.mediaType !== 'none',
    fields: [['Content-Type', action.mediaType ?? '']],
    subject: { attributes: subject, session: 's1' },
    destination: isLookedUp ? resource : unresolved,
    decision,
  } as unknown as Progress;
  const event = eventOf(progress, decision);
  return JSON.parse(eventBody(event)) as DecisionEvent;
}

function eventOf(progress: Progress, decision: Decision | undefined): DecisionEvent {
  if (decision === undefined) return refusedEvent({ progress, code: 'no_rule' });
  const { effect, code, reason } = decision;
  if (effect === 'permit') return permittedEvent(progress);
  if (effect === 'hold') return heldEvent(progress as Held, 'a1' as ApprovalId);
  return refusedEvent({ progress, code: code ?? 'no_rule', reason });
}

/** Tables that say of this request what it was decided on. */
export function worldOf({ resource }: DecisionRequest): RecordedWorld {
  return {
    now: NOW,
    contentByType: (mediaType) => (mediaType.startsWith('image/') ? { kind: 'opaque' } : undefined),
    tables: {
      world: WORLD,
      collectName: () => resource.name,
      collectAddress: (address) => {
        const facts = resource.addresses?.find((each) => each.address.text === address.text);
        if (facts === undefined) throw new Error(`Found ${address.text}, which was never judged`);
        return facts;
      },
    },
  };
}
