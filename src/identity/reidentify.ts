import type { IpAddress } from '../core/address.ts';
import type { AgentDeclaration } from '../core/agent.ts';
import type { Failure } from '../core/codes.ts';
import type { Clock } from '../core/ports.ts';
import type { Subject } from '../core/exchange/exchange.ts';
import type { TokenId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { acceptsToken, createIndexSource } from './agent-index.ts';
import { certificateProblem } from './identify.ts';
import type { TokenCache } from './token-cache.ts';

/**
 * The subject of a live connection as it stands now, with the attributes of the policy in force and the same session.
 * @failure unidentified: the token was revoked or has expired, the certificate has expired, or no `identify` entry holds any more
 * @failure store_unavailable
 */
export type Reidentify = (subject: Subject, clientAddress: IpAddress) => Promise<Result<Subject, Failure>>;

/** Asks again who a subject is, for connections that outlive a change (invariant 2, contract §4.1.13). */
export function createReidentifier(options: {
  readonly directory: () => readonly AgentDeclaration[];
  readonly tokens: TokenCache;
  readonly clock: Clock;
}): Reidentify {
  const index = createIndexSource(options.directory);
  return async (subject, clientAddress) => {
    const { agent } = subject.attributes;
    const problem = certificateProblem(subject.certificate, options.clock.now());
    if (problem !== undefined) return fail({ code: 'unidentified', detail: problem });
    const shown = { source: clientAddress, names: subject.certificate?.names ?? [] };
    const token = TOKEN_EVIDENCE.exec(subject.by)?.[1] as TokenId | undefined;
    if (token === undefined) {
      const match = index().byConnection(shown);
      if (typeof match === 'string' || match.agent.attributes.agent !== agent) return noLonger(agent, clientAddress);
      return ok({ ...subject, attributes: match.agent.attributes, by: match.by });
    }
    const current = await options.tokens.current(token);
    if (!current.ok) return current;
    const declaration = index().find(current.value.agent);
    if (declaration === undefined || current.value.agent !== agent) return noLonger(agent, clientAddress);
    if (!acceptsToken(declaration, shown, current.value.workload)) return noLonger(agent, clientAddress);
    return ok({ ...subject, attributes: declaration.attributes });
  };
}

const TOKEN_EVIDENCE = /^token:(.+)$/;

function noLonger(agent: string, address: IpAddress): Result<never, Failure> {
  return fail({ code: 'unidentified', detail: `"${agent}" is no longer identified from the address ${address.text}` });
}
