import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision, DecisionRequest } from '../../src/core/exchange/decision.ts';
import { decide } from '../../src/policy/decide.ts';
import { explain } from '../../src/policy/explain.ts';
import type { CompiledPolicy } from '../../src/policy/model.ts';
import { outlook } from '../../src/policy/outlook.ts';
import { contentNeeds } from '../../src/policy/content/content-needs.ts';
import { prepare } from '../../src/policy/target-index.ts';
import { hide, randomHidden, randomPolicy, randomRequest } from './support/random-policy.ts';

/** Runs a property over cases that it says something about, and fails when there were hardly any. */
function holds(
  check: (policy: CompiledPolicy, request: DecisionRequest, hidden: Hidden, flag: boolean) => boolean,
  { runs, atLeast } = { runs: RUNS, atLeast: RUNS / 100 },
): void {
  let relevant = 0;
  fc.assert(
    fc.property(randomPolicy, randomRequest, randomHidden, fc.boolean(), (...given) => {
      if (check(...given)) relevant++;
    }),
    { numRuns: runs },
  );
  expect(relevant).toBeGreaterThan(atLeast);
}

/** Of these one in twenty says something, so that fewer than one in a hundred is no matter of luck. */
const RUNS = 800;
/** For what only one random case in forty comes to. */
const RARE = { runs: 4_000, atLeast: 25 };
type Hidden = Parameters<typeof hide>[1];

/**
 * The request to the addresses that a decision lets be dialled. Where a destination filters, others may be left out while facts
 * are hidden, which would hold the request once they are known.
 */
function dialling({ dial }: Decision, request: DecisionRequest): DecisionRequest {
  const { addresses } = request.resource;
  if (addresses === undefined || dial.length === 0) return request;
  const dialled = addresses.filter(({ address }) => dial.includes(address.text));
  return { ...request, resource: { ...request.resource, addresses: dialled } };
}

/** The rules that `explain` finds by walking all of them, without the index. */
function counting(policy: CompiledPolicy, request: DecisionRequest, effect: string): readonly string[] {
  const { rules } = explain(prepare(policy), request);
  return rules.filter((rule) => rule.effect === effect && rule.counts && rule.verdict !== 'not').map(({ id }) => id);
}

describe('no unknown turns a deny or a hold into a permit', () => {
  it('decide() with facts hidden permits only what no deny rule denies and no hold rule holds in full', () => {
    holds((policy, request, hidden) => {
      const prepared = prepare(policy);
      const partly = decide(prepared, hide(request, hidden));
      if (!(partly.effect === 'permit' && partly.wouldDeny === undefined)) return false;
      const full = decide(prepared, dialling(partly, request));
      expect(full.code).not.toBe('denied_by_rule');
      // What is unmaskable is not known while the content is not: the permit then obliges to deny or to hold it.
      if (request.action.content?.kind === 'opaque' && opaqueUnderMask(partly) !== 'pass') return false;
      expect(full.effect).not.toBe('hold');
      return true;
    });
  });

  it('decide() with the content hidden permits only what the content, whatever it is, does not keep back', () => {
    holds((policy, request) => {
      const prepared = prepare(policy);
      if (request.action.content === undefined) return false;
      const hidden = hide(request, ['content']);
      const partly = decide(prepared, hidden);
      if (partly.effect !== 'permit' || partly.wouldDeny !== undefined) return false;
      const full = decide(prepared, dialling(partly, request));
      const { kind } = request.action.content;
      if (kind === 'opaque' || kind === 'unreadable') {
        expect(full.effect === 'permit' || opaqueUnderMask(partly) !== undefined).toBe(true);
      } else expect(full.effect).toBe('permit');
      return true;
    }, RARE);
  });

  it('decide() permits content that is too large no more than the same content read', () => {
    holds((filtering, request) => {
      // Filtering leaves out addresses that are denied, not those that are held.
      const policy = withoutFilters(filtering);
      const prepared = prepare(policy);
      if (request.action.content === undefined) return false;
      const judged = decide(prepared, request);
      const unjudged = decide(prepared, { ...request, action: { ...request.action, content: { kind: 'too-large' } } });
      if (unjudged.effect !== 'permit' || unjudged.wouldDeny !== undefined) return false;
      if (request.action.content.kind === 'read') expect(judged.effect).toBe('permit');
      return true;
    });
  });

  it('contentNeeds() asks for everything that a decision can depend on', () => {
    holds((policy, request) => {
      const prepared = prepare(policy);
      const { content } = request.action;
      if (content?.kind !== 'read') return false;
      const hidden = hide(request, ['content']);
      const needs = contentNeeds(prepared, hidden);
      const asked = new Set(needs?.entities);
      const findings = new Map([...content.findings].filter(([entity]) => asked.has(entity)));
      const decided = decide(prepared, { ...request, action: { ...request.action, content: { ...content, findings } } });
      const unread = decide(prepared, hidden);
      const full = decide(prepared, request);
      if (needs === undefined) {
        // Whatever it holds, the answer is the same; a deny that the content alone would settle may have come first.
        expect(unread.effect).toBe(full.effect);
        if (full.effect !== 'deny') expect(besidePorts(unread)).toEqual(besidePorts(full));
        return false;
      }
      expect(besidePorts(decided)).toEqual(besidePorts(full));
      return true;
    });
  });

  it('outlook() denies only what every completion denies', () => {
    holds((policy, request, hidden) => {
      const prepared = prepare(policy);
      const { denial } = outlook(prepared, hide(request, hidden));
      if (!(denial !== undefined)) return false;
      expect(decide(prepared, request).effect).toBe('deny');
      return true;
    });
  });

  it('outlook() of a CONNECT denies only what every request inside it and the tunnel as a whole are denied', () => {
    holds((policy, request, _, resolved) => {
      const prepared = prepare(policy);
      const tunnel: DecisionRequest = {
        ...(resolved ? request : hide(request, ['addresses'])),
        action: { kind: 'connect', visibility: 'opaque', scheme: 'https' },
      };
      const { denial, inspect } = outlook(prepared, tunnel);
      if (!(denial !== undefined)) return false;
      const whole = { ...tunnel, resource: request.resource };
      expect(decide(prepared, inspect ? request : whole).effect).toBe('deny');
      return true;
    });
  });

  it('a permit that names the host is one whose name alone opened the look-up, and was denied by nothing', () => {
    holds((policy, request) => {
      const prepared = prepare(policy);
      if (decide(prepared, request).namesHost !== true) return false;
      const { denial, lookup } = outlook(prepared, hide(request, ['addresses']));
      expect(denial).toBeUndefined();
      expect(lookup).toBe('permitted');
      return true;
    }, RARE);
  });

  it('a tunnel whose addresses are known and whose look-up is permitted had it permitted by its name alone', () => {
    holds((policy, request) => {
      const prepared = prepare(policy);
      const tunnel: DecisionRequest = { ...request, action: { kind: 'connect', visibility: 'inspected', scheme: 'https' } };
      if (outlook(prepared, tunnel).lookup !== 'permitted') return false;
      const { denial, lookup } = outlook(prepared, hide(tunnel, ['addresses']));
      expect(denial).toBeUndefined();
      expect(lookup).toBe('permitted');
      return true;
    }, RARE);
  });

  it('outlook() forbids the look-up only of names that no permit and no hold can be reached through', () => {
    holds((policy, request) => {
      const prepared = prepare(policy);
      const { lookup } = outlook(prepared, hide(request, ['addresses', 'method', 'path', 'mediaType', 'fieldNames']));
      if (!(lookup === 'forbidden' && request.resource.host.kind === 'name' && request.subject.mode === 'enforce'))
        return false;
      const decision = decide(prepared, request);
      const named = decision.rules.filter((id) => {
        const rule = policy.rules.find((each) => each.id === id);
        return rule?.to !== 'any' && rule?.to.some((position) => policy.destinations[position]?.hosts !== undefined);
      });
      const isByNamedRules = decision.effect !== 'deny' && named.length === decision.rules.length;
      // Rules of `any`, of addresses or of places alone may permit, but open no look-up.
      if (isByNamedRules) expect(named.some((id) => opensNothing(policy, id, request))).toBe(true);
      return true;
    });
  });
});

/** A decision without what it says about rules of other ports: that is not worth reading content for. */
function besidePorts({ code, reason, wouldDeny, ...rest }: Decision): unknown {
  const isOfPorts = [code, wouldDeny?.code].some((each) => each === 'no_rule' || each === 'port_not_allowed');
  return isOfPorts ? rest : { ...rest, code, reason, wouldDeny };
}

/** What the obligations of a decision say about content that nobody reads; undefined when nothing in content is masked. */
function opaqueUnderMask({ obligations }: Decision): 'deny' | 'hold' | 'pass' | undefined {
  return obligations.flatMap((each) => (each.kind === 'mask' && each.direction === 'request' ? [each.opaque] : []))[0];
}

/** Whether a rule reaches the request also through a destination without hosts. */
function opensNothing(policy: CompiledPolicy, id: string, request: DecisionRequest): boolean {
  const bare = {
    ...policy,
    destinations: policy.destinations.map((each) => (each.hosts === undefined ? each : { ...each, ports: [1] })),
  };
  return counting(bare, request, 'permit').includes(id) || counting(bare, request, 'hold').includes(id);
}

function withoutFilters(policy: CompiledPolicy): CompiledPolicy {
  return { ...policy, destinations: policy.destinations.map((each) => ({ ...each, addressesMode: 'all' })) };
}

describe('the index', () => {
  it('finds exactly the rules that walking through all of them finds', () => {
    holds((filtering, request) => {
      const policy = withoutFilters(filtering);
      const decision = decide(prepare(policy), request);
      const denies = counting(policy, request, 'deny');
      const holds = counting(policy, request, 'hold');
      const permits = counting(policy, request, 'permit');
      // What content that cannot be judged gets is told by other codes.
      if (request.action.content !== undefined && request.action.content.kind !== 'read') return false;
      if (request.action.content?.kind === 'read' && request.action.content.length > 1024) return false;
      if (decision.code === 'denied_by_rule') expect(decision.rules).toEqual(denies.toSorted());
      if (decision.effect === 'hold') expect(decision.rules).toEqual(holds.toSorted());
      if (decision.effect === 'permit') expect(decision.rules).toEqual(permits.toSorted());
      if (decision.code === 'no_rule' || decision.code === 'port_not_allowed')
        expect([...denies, ...holds, ...permits]).toEqual([]);
      return true;
    });
  });

  it('does not depend on the order of rules', () => {
    holds((policy, request) => {
      const reversed = { ...policy, rules: policy.rules.toReversed() };
      const { obligations: _, ...forward } = decide(prepare(policy), request);
      const { obligations: __, ...backward } = decide(prepare(reversed), request);
      expect(backward).toEqual(forward);
      return true;
    });
  });
});

describe('decide()', () => {
  it('dials only addresses that it judged, and none that it denies', () => {
    holds((policy, request) => {
      const decision = decide(prepare(policy), request);
      const judged = new Set(request.resource.addresses?.map(({ address }) => address.text));
      expect(decision.dial.every((address) => judged.has(address))).toBe(true);
      expect(decision.dial.length > 0).toBe(decision.effect !== 'deny');
      for (const { address, class: kind } of request.resource.addresses ?? []) {
        if (kind !== 'global') expect(decision.dial).not.toContain(address.text);
      }
      return true;
    });
  });

  it('lets nothing leave home without a transfer', () => {
    holds((policy, request) => {
      const decision = decide(prepare(policy), request);
      const { home } = request.subject;
      if (!(decision.effect !== 'deny' && !home.any && decision.transfer === undefined)) return false;
      for (const place of Object.values(decision.judgement.places)) {
        expect(place.open === undefined && place.countries.isSubsetOf(home.countries)).toBe(true);
      }
      return true;
    });
  });
});
