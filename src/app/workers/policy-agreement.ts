import type { PolicyFileIssue } from '../../config/policy-files.ts';
import type { PolicyDigest } from '../../core/ids.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import type { PolicySource } from '../loading/policy-source.ts';
import type { PolicyFollowers } from '../upkeep/policy-leader.ts';
import type { Member } from './member.ts';

/** Compiling a large policy takes a second or two. */
const PREPARE_TIME: Milliseconds = 5_000;

/** A worker, as far as policy goes. */
export type Follower = Pick<Member, 'number' | 'channel' | 'isOpen' | 'kill'> & {
  /** It has asked what is in force, and is asked about every other policy. */
  follows: boolean;
};

export interface AgreementParts {
  readonly members: () => readonly Follower[];
  /** What is in force. */
  readonly source: () => PolicySource;
  /** The policy directory: what a worker objects to is told of as an error there. */
  readonly rules: string;
  readonly log: Log;
}

/**
 * Keeps all workers on one policy: it comes into force in all of them, or in none. A worker takes part from the moment at which
 * it asks what is in force, which is before it listens; so none ever decides by a policy that was replaced while it started.
 */
export class PolicyAgreement implements PolicyFollowers {
  readonly #parts: AgreementParts;

  constructor(parts: AgreementParts) {
    this.#parts = parts;
  }

  /** What a worker that starts is to run. From now on it is asked about every other one. */
  join(member: Follower): PolicySource {
    member.follows = true;
    return this.#parts.source();
  }

  async prepare(source: PolicySource): Promise<readonly PolicyFileIssue[]> {
    const asked = new Set<Follower>();
    const issues: PolicyFileIssue[] = [];
    // One that joins while others are asked has been told the old policy, and may take exchanges before the new one is in force.
    for (;;) {
      const unasked = this.#followers().filter((member) => !asked.has(member));
      if (unasked.length === 0) return issues;
      for (const member of unasked) asked.add(member);
      issues.push(...(await Promise.all(unasked.map((member) => this.#issuesOf(member, source)))).flat());
    }
  }

  async enforce(digest: PolicyDigest): Promise<void> {
    await Promise.all(this.#followers().map((member) => this.#enforceIn(member, digest)));
  }

  #followers(): readonly Follower[] {
    return this.#parts.members().filter(({ follows }) => follows);
  }

  async #issuesOf(member: Follower, source: PolicySource): Promise<readonly PolicyFileIssue[]> {
    const objections = await this.#objectionsOf(member, source);
    return objections.map((reason) => ({
      file: this.#parts.rules,
      message: `Worker ${member.number} cannot take this policy: ${reason}`,
    }));
  }

  async #objectionsOf(member: Follower, source: PolicySource): Promise<readonly string[]> {
    const answer = await member.channel.ask('prepare', source, PREPARE_TIME);
    if (answer.ok) return answer.value;
    // Who takes the place of one that has ended starts with what is in force then.
    if (answer.failure === 'closed') return [];
    if (member.isOpen) return ['it did not answer in time'];
    // It takes no exchanges yet. What it starts with must not be the old policy, and it need not keep the others on it.
    member.kill();
    return [];
  }

  /** One that cannot be told what is in force must not go on deciding: the next one begins with it. */
  async #enforceIn(member: Follower, digest: PolicyDigest): Promise<void> {
    const answer = await member.channel.ask('enforce', digest, PREPARE_TIME);
    const isEnforced = answer.ok ? answer.value || (await this.#catchUp(member)) : answer.failure === 'closed';
    if (isEnforced) return;
    this.#parts.log.error({ worker: member.number, digest }, 'A worker did not take the policy in force and is replaced');
    member.kill();
  }

  /** One that joined after the others had been asked. */
  async #catchUp(member: Follower): Promise<boolean> {
    const source = this.#parts.source();
    if ((await this.#objectionsOf(member, source)).length > 0) return false;
    const answer = await member.channel.ask('enforce', source.digest, PREPARE_TIME);
    return answer.ok ? answer.value : answer.failure === 'closed';
  }
}
