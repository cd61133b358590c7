import type { Approval, ApprovalQuestion, AskedRule } from '../../../src/core/approval/approval.ts';
import type { Approver, ApproverDecision } from '../../../src/core/approval/approver.ts';
import type { Grant } from '../../../src/core/approval/grant.ts';
import type { AgentId, ApprovalId, Fingerprint, GrantId, GrantScope, RuleId } from '../../../src/core/ids.ts';
import { CountrySet } from '../../../src/core/place/country-set.ts';
import type { CountryCode } from '../../../src/core/place/country.ts';
import type { PlaceSet } from '../../../src/core/place/place.ts';

export const ASKED_AT = Date.parse('2026-11-22T10:00:00Z');
export const EXPIRES_AT = ASKED_AT + 30 * 60_000;

export function countries(...codes: string[]): CountrySet {
  return CountrySet.of(codes as CountryCode[]);
}

export function placesOf(label: string, ...codes: string[]): PlaceSet {
  return { any: false, countries: countries(...codes), regions: new Set(), open: new Set(), label };
}

const ANYWHERE: PlaceSet = { ...placesOf('any'), any: true };

export function askedRule(values: Partial<AskedRule> & { readonly id?: string } = {}): AskedRule {
  const { id = 'us-model', ...rest } = values;
  return { rule: id as RuleId, by: ['privacy'], quorum: 1, stepUp: false, ...rest };
}

export const OFFER = { max: 8 * 3_600_000, scope: 'scope-1' as GrantScope, path: '/v1/**' };

export function question(values: Partial<ApprovalQuestion> & { readonly name?: string } = {}): ApprovalQuestion {
  const { name = 'a1', ...rest } = values;
  return {
    id: name as ApprovalId,
    fingerprint: `fingerprint of ${name}` as Fingerprint,
    requester: {
      subject: 'support-bot' as AgentId,
      home: { any: false, countries: countries('DE', 'FR'), label: 'eu' },
      owners: ['anna@acme.example'],
      minter: 'max@acme.example',
      reason: 'a customer waits',
    },
    request: {
      method: 'POST',
      target: 'https://api.anthropic.com/v1/messages?key=[SECRET]',
      origin: 'https://api.anthropic.com:443',
      mediaType: 'application/json',
      places: { entry: 'US', processing: 'US', storage: 'US' },
      evidence: ['endpoint-name: US (catalogue)'],
      transfer: { rule: 'us-model' as RuleId, basis: 'scc', reference: 'TIA-2026-04' },
      preview: '{"text":"mail [EMAIL]"}',
      findings: { email: 2, iban: 0 },
    },
    rules: [askedRule({ grant: OFFER })],
    createdAt: ASKED_AT,
    expiresAt: EXPIRES_AT,
    ...rest,
  };
}

export function approval(values: Partial<Approval> = {}): Approval {
  return { ...question(), state: 'pending', decisions: [], revision: 0, ...values };
}

export function approver(person: string, values: Partial<Approver> = {}): Approver {
  return { person, role: 'approver', groups: ['privacy'], places: ANYWHERE, hasSteppedUp: false, ...values };
}

export function approved(person: string, values: Partial<ApproverDecision> = {}): ApproverDecision {
  const given = { groups: ['privacy'], places: 'any', hasSteppedUp: false, reason: 'fine', at: ASKED_AT + 1000 };
  return { person, decision: 'approve', ...given, ...values };
}

export function grant(values: Partial<Grant> & { readonly name?: string } = {}): Grant {
  const { name = 'g1', ...rest } = values;
  return {
    id: name as GrantId,
    approval: 'a1' as ApprovalId,
    covers: {
      subject: 'support-bot' as AgentId,
      rule: 'us-model' as RuleId,
      method: 'POST',
      origin: 'https://api.anthropic.com:443',
      path: '/v1/**',
      places: { entry: 'US', processing: 'US', storage: 'US' },
      entities: ['email'],
    },
    scope: OFFER.scope,
    by: ['petra@acme.example'],
    createdAt: ASKED_AT,
    endsAt: ASKED_AT + 3_600_000,
    ...rest,
  };
}
