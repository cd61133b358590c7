import type { Role, RoleAssignment } from '../../core/people/role.ts';

interface AssignmentRow {
  readonly role: string;
  readonly groups_of: string;
  readonly places: string;
}

/** A role with its scope, as columns that SQLite and PostgreSQL have in common. */
export function assignmentRow({ role, groups, places }: RoleAssignment): AssignmentRow {
  return { role, groups_of: JSON.stringify(groups), places: JSON.stringify(places) };
}

export function storedAssignment({ role, groups_of, places }: AssignmentRow): RoleAssignment {
  return { role: role as Role, groups: JSON.parse(groups_of) as string[], places: JSON.parse(places) as string[] };
}

/** Hex: the databases have no type for bytes in common. */
export function hashText(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

export function hashBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
