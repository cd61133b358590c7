import { beforeEach, expect, it } from 'vitest';
import { FleetWatch } from '../../../src/app/upkeep/fleet-watch.ts';
import type { PolicyDigest } from '../../../src/core/ids.ts';
import type { AdminEntry } from '../../../src/core/people/admin-entry.ts';
import { ok } from '../../../src/core/result.ts';
import { createReplicaRepository } from '../../../src/store/upkeep/replica-repository.ts';
import { openLog } from '../../../src/telemetry/log.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { describeOnEveryEngine } from '../../store/engines.ts';
import { ManualClock } from '../../support/clock.ts';

const [OLD, NEW] = ['sha256:old', 'sha256:new'] as [PolicyDigest, PolicyDigest];
const log = openLog({ level: 'silent', to: 'stderr' });

/** One replica; its policy is what a test says it is. */
class Replica {
  policy = OLD;
  readonly told: AdminEntry[] = [];
  readonly metrics = createMetrics();
  readonly watch: FleetWatch;

  constructor(id: string, clock: ManualClock, db: Parameters<typeof createReplicaRepository>[0]) {
    this.watch = new FleetWatch({
      store: createReplicaRepository(db),
      id,
      policy: () => this.policy,
      clock,
      metrics: this.metrics,
      record: (entry) => {
        this.told.push(entry);
        return Promise.resolve(ok(undefined));
      },
      log,
    });
  }
}

describeOnEveryEngine('FleetWatch', (engine) => {
  let clock: ManualClock;
  let a: Replica;
  let b: Replica;

  beforeEach(async () => {
    clock = new ManualClock('2026-11-27T10:00:00Z');
    const { db } = await engine.open(clock);
    [a, b] = [new Replica('a', clock, db), new Replica('b', clock, db)];
  });

  /** So many seconds, with a beat of both every ten. */
  async function pass(seconds: number, replicas: readonly Replica[] = [a, b]): Promise<void> {
    for (let left = seconds; left > 0; left -= 10) {
      clock.advance(10_000);
      for (const { watch } of replicas) await watch.look();
    }
  }

  it('sees who runs which policy, and tells of a mixed fleet once, by one replica, and of its end', async () => {
    await pass(20);
    expect(a.watch.seen).toMatchObject({ uniform: true, replicas: [{ id: 'a' }, { id: 'b' }] });
    b.policy = NEW;
    await pass(20);
    expect([a.watch.seen.uniform, b.watch.seen.uniform]).toEqual([false, false]);
    expect(a.watch.seen.replicas.map(({ policy }) => policy)).toEqual([OLD, NEW]);
    const { text } = await a.metrics.render();
    expect(text.match(/^cordon_fleet_.*$/gm)).toEqual(['cordon_fleet_replicas 2', 'cordon_fleet_policies 2']);
    // As long as a reload may take to come to all of them.
    expect(a.told).toEqual([]);
    await pass(200);
    const details = { policies: [NEW, OLD], replicas: [`a ${OLD}`, `b ${NEW}`] };
    expect(a.told).toEqual([{ by: 'cordon', action: 'fleet.mixed', subject: 'fleet', details, alarm: 'fleet-mixed' }]);
    a.policy = NEW;
    await pass(60);
    expect(a.told.map(({ action }) => action)).toEqual(['fleet.mixed', 'fleet.uniform']);
    expect(b.told).toEqual([]);
  });

  it('forgets one that leaves at once, and one that is silent after a while', async () => {
    b.policy = NEW;
    await pass(20);
    await b.watch[Symbol.asyncDispose]();
    await pass(10, [a]);
    expect(a.watch.seen).toMatchObject({ uniform: true, replicas: [{ id: 'a' }] });
    await pass(20);
    expect(a.watch.seen.replicas).toHaveLength(2);
    await pass(40, [a]);
    expect(a.watch.seen).toMatchObject({ uniform: true, replicas: [{ id: 'a' }] });
    await pass(120, [a]);
    expect(a.told).toEqual([]);
  });
});
