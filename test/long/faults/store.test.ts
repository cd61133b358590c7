import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeOnPostgres } from '../../store/engines.ts';
import type { Lab } from '../../support/lab.ts';
import { PostgresServer } from '../../support/postgres-server.ts';
import { expectSurvived, type Fault } from './fault-case.ts';
import { startFaultLab } from './fault-lab.ts';
import { breakNetwork, HAS_OWN_NETWORK, mendNetwork } from './network.ts';
import { StoreRelay } from './store-relay.ts';
import type { Traffic } from './traffic.ts';

const UNAVAILABLE: Pick<Fault, 'mayAnswer' | 'mustAnswer'> = {
  mayAnswer: { token: ['503 store_unavailable'], held: ['503 store_unavailable'] },
  mustAnswer: { held: '503 store_unavailable' },
};

describeOnPostgres('a store', () => {
  const stack = new AsyncDisposableStack();
  let server: PostgresServer;
  let relay: StoreRelay;
  let lab: Lab;
  let traffic: Traffic;

  beforeAll(async () => {
    server = stack.use(await PostgresServer.start());
    relay = stack.use(await StoreRelay.start(server));
    [lab, traffic] = await startFaultLab({ settings: { store: { url: relay.url, place: 'DE' } } });
    stack.use(lab);
  });
  afterAll(() => stack.disposeAsync());

  it('that is slow delays, and denies nothing', async () => {
    await expectSurvived(lab, traffic, {
      name: 'PostgreSQL: 300 ms late, each way',
      inflict: () => void (relay.delay = 300),
      mend: () => void (relay.delay = 0),
      milliseconds: 5_000,
      mayAnswer: UNAVAILABLE.mayAnswer!,
    });
  });

  it('that is stopped and started', async () => {
    await expectSurvived(lab, traffic, {
      name: 'PostgreSQL: stopped, then started',
      inflict: () => server.stop(),
      mend: () => server.start(),
      ...UNAVAILABLE,
    });
  });

  describe.skipIf(!HAS_OWN_NETWORK)('behind a network (skipped without `npm run faults`)', () => {
    it('that is cut off', async () => {
      await expectSurvived(lab, traffic, {
        name: 'PostgreSQL: cut off, packets dropped',
        inflict: () => breakNetwork('drop', relay),
        mend: mendNetwork,
        milliseconds: 15_000,
        ...UNAVAILABLE,
      });
    });

    it('whose connections are reset', async () => {
      await expectSurvived(lab, traffic, {
        name: 'PostgreSQL: every packet answered with a RST',
        inflict: () => breakNetwork('reset', relay),
        mend: mendNetwork,
        ...UNAVAILABLE,
      });
    });
  });

  it('whose place another one takes', async () => {
    await expectSurvived(lab, traffic, {
      name: 'PostgreSQL: failed over to a new primary at the same address',
      inflict: () => server.stop(),
      mend: async () => {
        const successor = stack.use(await server.copy());
        relay.leadTo(successor);
      },
      milliseconds: 500,
      ...UNAVAILABLE,
    });
  });
});
