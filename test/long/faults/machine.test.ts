import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cordon } from '../../cli/cordon.ts';
import { Crew } from '../../end-to-end/workers/crew.ts';
import { startAnother } from '../../end-to-end/holding/replica.ts';
import { CAN_FAKE_CLOCKS, fakeClock } from '../../support/faked-clock.ts';
import type { Lab } from '../../support/lab.ts';
import { expectSurvived } from './fault-case.ts';
import { RULES, startFaultLab } from './fault-lab.ts';
import { HAS_OWN_NETWORK } from './network.ts';
import { BROKEN, KINDS } from './traffic.ts';

const everyKind = (...answers: readonly string[]) => Object.fromEntries(KINDS.map((kind) => [kind, answers]));

async function expectVerified({ gateway }: Lab): Promise<void> {
  const { code, out, err } = await cordon(['verify', '--json', '--config', 'cordon.yaml'], gateway.directory);
  expect(code, out + err).toBe(0);
}

describe.skipIf(!CAN_FAKE_CLOCKS)(
  `a clock that is set${CAN_FAKE_CLOCKS ? '' : ' (skipped: libfaketime is not installed)'}`,
  () => {
    it('an hour ahead, then two hours back', async () => {
      const clock = fakeClock();
      const [lab, traffic] = await startFaultLab({ gateway: { environment: clock.environment } });
      await using _ = lab;
      const HOUR = 3_600;
      await expectSurvived(lab, traffic, {
        name: 'clock: an hour ahead',
        inflict: () => clock.set(HOUR),
        mend: () => clock.set(0),
      });
      await expectSurvived(lab, traffic, {
        name: 'clock: two hours back',
        inflict: () => clock.set(-2 * HOUR),
        mend: () => clock.set(0),
      });
      await expectVerified(lab);
    });
  },
);

describe.skipIf(!HAS_OWN_NETWORK)('a disk (skipped without `npm run faults`)', () => {
  it('that is full', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cordon-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', directory]);
    const ballast = join(directory, 'ballast');
    try {
      const [lab, traffic] = await startFaultLab({ gateway: { directory, keepDirectory: true } });
      await using _ = lab;
      const came = () => lab.origin('api.de.lab.example').requests.length;
      let whenFull = 0;
      await expectSurvived(lab, traffic, {
        name: 'disk: full',
        inflict: () => fill(ballast),
        mend: () => {
          whenFull = came();
          rmSync(ballast);
        },
        unwritable: true,
        mayAnswer: { ...everyKind('503 audit_unavailable', '503 store_unavailable') },
        mustAnswer: { address: '503 audit_unavailable' },
      });
      expect(came()).toBeGreaterThan(whenFull);
      await expectVerified(lab);
    } finally {
      execFileSync('umount', [directory]);
      rmdirSync(directory);
    }
  });
});

describe('a process that is killed', () => {
  it('one of two workers', async () => {
    const [lab, traffic] = await startFaultLab({ settings: { workers: 2 } });
    await using _ = lab;
    const crew = new Crew(lab);
    await expectSurvived(lab, traffic, {
      name: 'kill -9: one of two workers',
      inflict: async () => void process.kill(await crew.pid(1), 'SIGKILL'),
      mend: () => {},
      killed: true,
      mayAnswer: everyKind(BROKEN),
    });
    await crew.until(({ uniform }) => uniform);
    await expectVerified(lab);
  });

  it.each([1, 2])('the gateway, whose supervisor starts it again (workers: %i)', async (workers) => {
    const [lab, traffic] = await startFaultLab({ settings: { workers }, gateway: { keepDirectory: true } });
    await using _ = lab;
    const { directory } = lab.gateway;
    let next: Lab | undefined;
    await expectSurvived(lab, traffic, {
      name: `kill -9: ${workers === 1 ? 'the gateway' : 'the primary of two workers'}, started again by its supervisor`,
      inflict: async () => {
        lab.gateway.signal('SIGKILL');
        await lab.gateway.exited;
      },
      mend: async () => {
        next = await startAnother(lab, RULES, { directory, settings: { node: { place: 'DE' }, workers } });
      },
      after: () => next!,
      milliseconds: 500,
      killed: true,
      mayAnswer: everyKind(BROKEN),
    });
    await using survivor = next!;
    await expectVerified(survivor);
  });
});

/** Writes until nothing more fits. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1024 * 1024; size >= 512;) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}
