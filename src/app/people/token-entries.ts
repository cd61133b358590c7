import type { TokenId } from '../../core/ids.ts';
import type { AdminEntry } from '../../core/people/admin-entry.ts';
import type { PersonToken } from '../../core/people/person-token.ts';
import type { AgentToken } from '../../core/ports.ts';

/**
 * What the record says of a new token: for whom, with which scope, until when. Minting for oneself raises an alarm, and so does
 * minting for an emergency.
 */
export function mintedEntry(token: AgentToken | PersonToken, by: AdminEntry['by']): AdminEntry {
  const expires = new Date(token.expiresAt).toISOString();
  const entry = { by, action: 'token.minted', subject: `token:${token.id}` } as const;
  if ('agent' in token) return { ...entry, details: { agent: token.agent, expires } };
  const { person, role, groups, places, breakGlass } = token;
  const details = { person, role, groups, places, expires };
  if (breakGlass !== undefined) return { ...entry, details: { ...details, why: breakGlass }, alarm: 'break-glass-minted' };
  const isOwn = typeof by !== 'string' && by.person === person;
  return { ...entry, details, ...(isOwn && { alarm: 'minted-for-oneself' }) };
}

/** What the record says of a token that is revoked, of an agent or a person. */
export function revokedEntry(id: TokenId, by: AdminEntry['by']): AdminEntry {
  return { by, action: 'token.revoked', subject: `token:${id}` };
}
