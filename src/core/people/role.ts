/** What a person may do (contract §7). Only approvers decide; an admin manages tokens and decides nothing. */
export const ROLES = ['viewer', 'approver', 'auditor', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** A role with its scope (ANSI INCITS 359 §3: user-role assignment). */
export interface RoleAssignment {
  readonly role: Role;
  /** Groups of the policy (`approval.by`) that the person speaks for; an approver without one decides on nothing. */
  readonly groups: readonly string[];
  /** Names of places, as written: the role covers subjects at home there. Empty: everywhere. */
  readonly places: readonly string[];
}
