import type { ApprovalTerms } from '../../core/exchange/decision.ts';
import type { Authorized } from '../../core/exchange/exchange.ts';
import type { InterceptPermit, Permit } from '../../core/exchange/permit.ts';
import type { ApprovalId } from '../../core/ids.ts';
import type { Outlook } from '../../policy/outlook.ts';

/** An exchange that a rule holds: people, or a grant that they gave, have to let it pass. */
export type Held = Authorized & { readonly held: true; readonly permit?: undefined; readonly intercept?: undefined };

/** What let a held exchange pass. */
export interface Release {
  /** The approval whose pass it took; absent where grants alone let it pass. */
  readonly approval?: ApprovalId;
  /** What people, or the grants that they gave, have agreed to. */
  readonly terms: readonly ApprovalTerms[];
  /** Present where grants let it pass one of them: it runs no longer than they do. */
  readonly granted?: {
    readonly terms: readonly ApprovalTerms[];
    /** What was found in its content; absent where nobody could look. */
    readonly findings?: Readonly<Record<string, number>>;
  };
}

/** What runs because of grants. */
export type Granted = Permitted & {
  readonly permit: Permit;
  readonly release: Release & { readonly granted: NonNullable<Release['granted']> };
};

/** An exchange that may go on, with the one thing that lets it: leave to dial, or leave to terminate TLS. */
export type Permitted = Authorized &
  (
    | {
        readonly permit: Permit;
        readonly intercept?: undefined;
        readonly tunnelRule?: Outlook['tunnel'];
        /** Present where it was held. */
        readonly release?: Release;
      }
    | {
        readonly intercept: InterceptPermit;
        readonly permit?: undefined;
        readonly tunnelRule?: undefined;
        readonly release?: undefined;
      }
  );
