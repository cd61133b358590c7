import type { ActionAttributes, Obligation } from '../../core/exchange/decision.ts';
import type { CompiledCredential } from '../model.ts';
import type { Weighed } from './weigh.ts';

type CredentialObligation = Extract<Obligation, { kind: 'credential' }>;
type Lists = readonly (readonly Obligation[])[];

/**
 * What the rules require, without credentials that are not for such a request: its method, its path (contract §4.2). The others
 * say how often they may be used.
 */
export function withinScope(lists: Lists, { policy, request }: Weighed): Lists {
  const { credentials } = policy.policy;
  if (credentials.length === 0) return lists;
  const scoped = (obligation: Obligation): readonly Obligation[] => {
    if (obligation.kind !== 'credential') return [obligation];
    const credential = credentials.find(({ id }) => id === obligation.id);
    if (credential === undefined || !isFor(credential, request.action)) return [];
    return [{ ...obligation, ...detailsOf(credential) }];
  };
  return lists.map((list) => (list.some(({ kind }) => kind === 'credential') ? list.flatMap(scoped) : list));
}

/** How often it may be used, and where a token is fetched for it: what people agree to names both. */
function detailsOf({ uses, injection }: CompiledCredential): Pick<CredentialObligation, 'uses' | 'tokenFrom'> {
  return { ...(uses !== undefined && { uses }), ...(injection.by === 'oauth2' && { tokenFrom: injection.grant.tokenUrl }) };
}

/** What is not known is not for it: no secret is handed out on a guess. */
function isFor({ methods, paths }: CompiledCredential, { method, path }: ActionAttributes): boolean {
  if (methods !== undefined && (method === undefined || !methods.has(method))) return false;
  return paths === undefined || (path !== undefined && paths.some((pattern) => pattern.matches(path)));
}
