import type { ActionAttributes, Obligation } from '../../core/exchange/decision.ts';
import type { CompiledCredential } from '../model.ts';
import type { Weighed } from './weigh.ts';

type Lists = readonly (readonly Obligation[])[];

/** What the rules require, without credentials that are not for such a request: its method, its path (contract §4.2). */
export function withinScope(lists: Lists, { policy, request }: Weighed): Lists {
  const { credentials } = policy.policy;
  if (credentials.length === 0) return lists;
  const isOutside = (obligation: Obligation): boolean =>
    obligation.kind === 'credential' && !credentials.some((each) => each.id === obligation.id && isFor(each, request.action));
  return lists.map((list) => (list.some(isOutside) ? list.filter((each) => !isOutside(each)) : list));
}

/** What is not known is not for it: no secret is handed out on a guess. */
function isFor({ methods, paths }: CompiledCredential, { method, path }: ActionAttributes): boolean {
  if (methods !== undefined && (method === undefined || !methods.has(method))) return false;
  return paths === undefined || (path !== undefined && paths.some((pattern) => pattern.matches(path)));
}
