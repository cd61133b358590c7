import type { Secrets } from '../../../core/ports.ts';
import type { CompiledPolicy } from '../../../policy/model.ts';
import type { TokenEndpoints } from '../../oauth/token-endpoint.ts';

/** Of the credentials of a policy, a sentence for each that cannot be injected now: requests that need it get 503. */
export async function missingCredentials(
  { credentials }: Pick<CompiledPolicy, 'credentials'>,
  secrets: Pick<Secrets, 'find'>,
  endpoints: Pick<TokenEndpoints, 'problem'>,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { id, injection } of credentials) {
    const found = await secrets.find(id);
    if (!found.ok) missing.push(`credential ${id}: ${found.failure}`);
    else if (found.value === undefined) missing.push(`credential ${id}: it has no value: cordon secrets set ${id}`);
    const problem = injection.by === 'oauth2' ? await endpoints.problem(injection.grant) : undefined;
    if (problem !== undefined) missing.push(`credential ${id}: ${problem}`);
  }
  return missing;
}
