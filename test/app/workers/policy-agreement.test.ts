import { deserialize, serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolicySource } from '../../../src/app/loading/policy-source.ts';
import { Channel } from '../../../src/app/workers/channel.ts';
import type { FromPrimary, FromWorker } from '../../../src/app/workers/messages.ts';
import { type Follower, PolicyAgreement } from '../../../src/app/workers/policy-agreement.ts';
import { policyFiles } from '../../../src/config/policy-files.ts';
import type { PolicyDigest } from '../../../src/core/ids.ts';
import { openLog } from '../../../src/telemetry/log.ts';

const [OLD, NEW] = ['agents: []', 'rules: []'].map((text): PolicySource => {
  return { ...policyFiles([{ file: 'policy.yaml', text: `cordon: 1\n${text}\n` }]), tlsFiles: new Map() };
}) as [PolicySource, PolicySource];

/** A worker that answers as one does, or not at all, and what it runs. */
class TestWorker implements Follower {
  readonly number: number;
  readonly channel: Channel<FromPrimary, FromWorker>;
  follows = false;
  isOpen = true;
  isKilled = false;
  runs: PolicyDigest | undefined;
  prepared: PolicyDigest | undefined;

  constructor(number: number, answers = true) {
    this.number = number;
    this.channel = new Channel<FromPrimary, FromWorker>(
      {
        onFull: () => {},
        send: (message, onSent) => {
          onSent();
          const { kind, id, name, body } = deserialize(message) as {
            kind: string;
            id: number;
            name: string;
            body: PolicySource | PolicyDigest;
          };
          if (kind !== 'question' || !answers) return;
          queueMicrotask(() => this.channel.receive(serialize({ kind: 'answer', id, body: this.#answer(name, body) })));
        },
      },
      { questions: {}, news: {} } as never,
    );
  }

  #answer(name: string, body: PolicySource | PolicyDigest): unknown {
    if (typeof body === 'object') {
      this.prepared = body.digest;
      return [];
    }
    expect(name).toBe('enforce');
    if (this.runs !== body && this.prepared !== body) return false;
    this.runs = body;
    return true;
  }

  kill(): void {
    this.isKilled = true;
  }
}

describe('PolicyAgreement', () => {
  let inForce: PolicySource;
  let members: TestWorker[];
  let agreement: PolicyAgreement;

  beforeEach(() => {
    vi.useFakeTimers();
    inForce = OLD;
    members = [];
    agreement = new PolicyAgreement({
      members: () => members,
      source: () => inForce,
      rules: 'rules',
      log: openLog({ level: 'silent', to: 'stderr' }),
    });
  });
  afterEach(() => vi.useRealTimers());

  function join(worker: TestWorker): TestWorker {
    members.push(worker);
    worker.runs = agreement.join(worker).digest;
    return worker;
  }

  /** As the leader of the policy does it. */
  async function reload(between = (): void => {}): Promise<readonly string[]> {
    const preparing = agreement.prepare(NEW);
    await vi.advanceTimersByTimeAsync(10_000);
    const objections = await preparing;
    if (objections.length > 0) return objections.map(({ message }) => message);
    between();
    inForce = NEW;
    const enforcing = agreement.enforce(NEW.digest);
    await vi.advanceTimersByTimeAsync(20_000);
    await enforcing;
    return [];
  }

  it('brings a worker that joins while the others are asked to what they agreed on', async () => {
    const first = join(new TestWorker(1));
    const late = new TestWorker(2);
    expect(await reload(() => join(late))).toEqual([]);
    expect([first.runs, late.runs]).toEqual([NEW.digest, NEW.digest]);
    expect(late.isKilled).toBe(false);
  });

  it('asks those that join before the others have agreed, so that none runs the old policy for a while', async () => {
    const slow = join(new TestWorker(1, false));
    const late = new TestWorker(2);
    const preparing = agreement.prepare(NEW);
    join(late);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await preparing).map(({ message }) => message)).toEqual([
      `Worker ${slow.number} cannot take this policy: it did not answer in time`,
    ]);
    expect(late.prepared).toBe(NEW.digest);
  });

  it('asks nothing of one that has not joined, which gets what is in force then', async () => {
    const starting = new TestWorker(2, false);
    members.push(starting);
    expect(await reload()).toEqual([]);
    expect(starting.isKilled).toBe(false);
    expect(agreement.join(starting)).toBe(NEW);
  });

  it('ends a starting one that does not answer, and stays with the old policy for an open one', async () => {
    const mute = join(new TestWorker(2, false));
    expect(await reload()).toEqual(['Worker 2 cannot take this policy: it did not answer in time']);
    expect([mute.isKilled, inForce]).toEqual([false, OLD]);
    mute.isOpen = false;
    expect(await reload()).toEqual([]);
    expect(mute.isKilled).toBe(true);
  });
});
