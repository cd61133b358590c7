import type { JSX } from 'preact';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import type { SignInWays } from '../../../admin/contract/people.ts';
import { useAnswer } from '../../gateway/use-answer.ts';
import { Foreign } from '../../text/foreign.tsx';

interface MayNotProps {
  readonly request: ApprovalAnswer;
  /** As the gateway says it. */
  readonly why: string;
}

/** Why this person cannot decide, and what to do where a rule wants a sign-in of these minutes. */
export function MayNot({ request, why }: MayNotProps): JSX.Element {
  const { value: ways } = useAnswer<SignInWays>('/v1/sign-in');
  const provider = ways?.oidc === true ? 'oidc' : ways?.saml === true ? 'saml' : undefined;
  const asksAgain = request.rules.some(({ stepUp }) => stepUp) && /sign in again/i.test(why);
  return (
    <p class="notice">
      You cannot decide on this: <Foreign text={why} as="prose" />
      {asksAgain && provider !== undefined && (
        <>
          . <a href={`/v1/sign-in/${provider}?again=1`}>Show anew who you are</a>; then you have five minutes.
        </>
      )}
      {asksAgain &&
        ways !== undefined &&
        provider === undefined &&
        '. Ask an admin for a new token, sign out, and sign in with it.'}
    </p>
  );
}
