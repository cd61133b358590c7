import type { MintedToken, People, TokenOrder, Visitor } from '../../admin/access/people.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { Failure } from '../../core/codes.ts';
import type { AgentId, TokenId } from '../../core/ids.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import { parsePerson } from '../../core/people/person.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Page, PageQuery } from '../../core/page.ts';
import type { AgentToken } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { mintAgentToken } from '../../identity/agent-token.ts';
import { mintPersonToken } from '../../identity/people/person-token.ts';
import { mintedEntry, revokedEntry } from './token-entries.ts';
import { onRecord } from './on-record.ts';
import { pageInScope } from './page-in-scope.ts';
import type { PeopleParts } from './people-parts.ts';
import { coversAgent, coversAssignment } from './scope.ts';
import { unavailable } from './unavailable.ts';

type Token = AgentToken | PersonToken;

/** Tokens of agents and people, as admins manage them. */
export function createTokens(parts: PeopleParts): Pick<People, 'tokens' | 'mint' | 'revoke'> {
  return {
    tokens: async (query, by) => {
      const page = await pageInScope(
        query,
        (next) => tokenPage(next, parts),
        (token) => covers(by, token, parts),
      );
      return page.ok ? page : fail(unavailable(page.failure));
    },
    mint: async (order, by) => {
      const drafted = draft(order, by.principal, parts);
      return drafted.ok ? store(drafted.value, by, parts) : drafted;
    },
    revoke: (id, by) => revoke(id as TokenId, by, parts),
  };
}

/** Tokens of agents and of people as one list. */
async function tokenPage(query: PageQuery, { agentTokens, personTokens }: PeopleParts): Promise<Result<Page<Token>, Failure>> {
  const [ofAgents, ofPeople] = await Promise.all([agentTokens.page(query), personTokens.page(query)]);
  if (!ofAgents.ok) return ofAgents;
  if (!ofPeople.ok) return ofPeople;
  const both: readonly Token[] = [...ofAgents.value.items, ...ofPeople.value.items];
  const items = both.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).slice(0, query.limit);
  const last = items.at(-1);
  const hasMore = items.length < both.length || ofAgents.value.next !== undefined || ofPeople.value.next !== undefined;
  return ok(hasMore && last !== undefined ? { items, next: { createdAt: last.createdAt, id: last.id } } : { items });
}

/** A token that is made, and stored nowhere yet. */
interface Draft extends MintedToken {
  readonly insert: () => Promise<Result<void, Failure>>;
}

function draft(order: TokenOrder, by: Principal, parts: PeopleParts): Result<Draft, Refusal> {
  return 'agent' in order ? draftForAgent(order, by, parts) : draftForPerson(order, by, parts);
}

type AgentOrder = Extract<TokenOrder, { readonly agent: string }>;
type PersonOrder = Exclude<TokenOrder, AgentOrder>;

function draftForAgent({ agent, ttl }: AgentOrder, by: Principal, parts: PeopleParts): Result<Draft, Refusal> {
  const declared = parts.scope.agent(agent);
  if (declared === undefined) return wrong(`Found agent "${agent}", expected one that the policy declares`);
  if (!coversAgent(by, declared)) return outOfScope();
  const minted = mintAgentToken({ agent: agent as AgentId, mintedBy: by.person, ttl }, parts.random, parts.clock);
  return ok({ ...minted, insert: () => parts.agentTokens.insert(minted.token, minted.secretHash) });
}

function draftForPerson({ person, assignment, ttl }: PersonOrder, by: Principal, parts: PeopleParts): Result<Draft, Refusal> {
  const name = parsePerson(person);
  if (!name.ok) return wrong(name.failure);
  const { unknown } = parts.scope.places(assignment.places);
  if (unknown.length > 0) return wrong(`Found place "${unknown[0]}", expected a country or a set of the policy`);
  if (!coversAssignment(by, assignment, parts.scope)) return outOfScope();
  const order = { person: name.value, assignment, mintedBy: by.person, ttl, once: false };
  const minted = mintPersonToken(order, parts.random, parts.clock);
  return ok({ ...minted, insert: () => parts.personTokens.insert(minted.token, minted.secretHash) });
}

/** On the record first, then used up what is for one use, then stored. */
async function store({ text, token, insert }: Draft, by: Visitor, parts: PeopleParts): Promise<Result<MintedToken, Refusal>> {
  const { principal, once } = by;
  const shown = principal.credential.slice('token:'.length) as TokenId;
  const insertOnce = async (): Promise<Result<void, Failure>> => {
    const used = once ? await useUp(shown, parts) : ok(undefined);
    return used.ok ? insert() : used;
  };
  const stored = await onRecord(mintedEntry(token, principal), insertOnce, parts.record);
  return stored.ok ? ok({ text, token }) : stored;
}

/**
 * Uses a one-use token up, for whatever it was shown for.
 * @failure unidentified where somebody else was faster; store_unavailable
 */
export async function useUp(id: TokenId, { personTokens, clock, onUsed }: PeopleParts): Promise<Result<void, Failure>> {
  const used = await personTokens.use(id, clock.now());
  if (!used.ok) return used;
  if (!used.value) return fail({ code: 'unidentified', detail: 'The token was for one use, and is used' });
  onUsed(id);
  return ok(undefined);
}

async function revoke(id: TokenId, by: Principal, parts: PeopleParts): Promise<Result<void, Refusal>> {
  const { agentTokens, personTokens, clock, record, events } = parts;
  const [ofAgent, ofPerson] = await Promise.all([agentTokens.find(id), personTokens.find(id)]);
  if (!ofAgent.ok) return fail(unavailable(ofAgent.failure));
  if (!ofPerson.ok) return fail(unavailable(ofPerson.failure));
  const token = ofAgent.value?.token ?? ofPerson.value?.token;
  // What is out of scope does not exist for this person.
  if (token === undefined || !covers(by, token, parts)) return fail({ status: 404, detail: 'No such token' });
  const itsStore = 'agent' in token ? agentTokens : personTokens;
  const revoked = await onRecord(revokedEntry(id, by), () => itsStore.revoke(id, clock.now()), record);
  if (!revoked.ok) return revoked;
  events.publish({ type: 'token.revoked', id });
  return ok(undefined);
}

function covers(by: Principal, token: Token, { scope }: PeopleParts): boolean {
  return 'agent' in token ? coversAgent(by, scope.agent(token.agent)) : coversAssignment(by, token, scope);
}

function wrong(detail: string): Result<never, Refusal> {
  return fail({ status: 422, detail });
}

function outOfScope(): Result<never, Refusal> {
  return fail({ status: 403, detail: 'Found a scope that is wider than your own' });
}
