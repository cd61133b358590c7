import type { Authorized } from '../../core/exchange/exchange.ts';
import type { InterceptPermit, Permit } from '../../core/exchange/permit.ts';
import type { Outlook } from '../../policy/outlook.ts';

/** An exchange that may go on, with the one thing that lets it: leave to dial, or leave to terminate TLS. */
export type Permitted = Authorized &
  (
    | { readonly permit: Permit; readonly intercept?: undefined; readonly tunnelRule?: Outlook['tunnel'] }
    | { readonly intercept: InterceptPermit; readonly permit?: undefined; readonly tunnelRule?: undefined }
  );
