import { describe, expect, it } from 'vitest';
import { clockLook } from '../../../src/app/time/clock-watch.ts';
import { steadyClock } from '../../../src/app/time/steady-clock.ts';
import { ManualClock } from '../../support/clock.ts';

const START = '2026-11-27T10:00:00Z';
const AT = Date.parse(START);
const HOUR = 3_600_000;

describe('steadyClock()', () => {
  it('tells the time of the machine, and of its monotonic clock', () => {
    const machine = new ManualClock(START);
    const clock = steadyClock(machine);
    machine.advance(1234);
    expect([clock.now(), clock.monotonic(), clock.lag()]).toEqual([AT + 1234, 1234, 0]);
  });

  it('goes on at the same pace where the machine is set back, until that has caught up', () => {
    const machine = new ManualClock(START);
    const clock = steadyClock(machine);
    machine.step(-HOUR);
    expect([clock.now(), clock.lag()]).toEqual([AT, HOUR]);
    machine.advance(10);
    expect([clock.now(), clock.lag()]).toEqual([AT + 10, HOUR]);
    machine.step(HOUR);
    expect([clock.now(), clock.lag()]).toEqual([AT + 10, 0]);
  });

  it('follows a step forward at once, and stays there when it is taken back', () => {
    const machine = new ManualClock(START);
    const clock = steadyClock(machine);
    machine.step(HOUR);
    expect(clock.now()).toBe(AT + HOUR);
    machine.step(-HOUR);
    machine.advance(5);
    expect([clock.now(), clock.lag()]).toEqual([AT + HOUR + 5, HOUR]);
  });

  it('yields whole milliseconds, which ids are made of', () => {
    let monotonic = 0.1;
    const clock = steadyClock({ now: () => AT, monotonic: () => monotonic });
    monotonic = 7.9;
    expect(clock.now()).toBe(AT + 7);
  });

  it('goes on from the time that another process has seen, and never back to one', () => {
    const machine = new ManualClock(START);
    const clock = steadyClock(machine);
    clock.catchUp(AT + HOUR);
    clock.catchUp(AT - HOUR);
    machine.advance(3);
    expect(clock.now()).toBe(AT + HOUR + 3);
  });
});

describe('clockLook()', () => {
  it('says once that the clock was set back or forward, and nothing of a leap second', () => {
    const said: string[] = [];
    const note = (level: string) => (what: object) => void said.push(`${level} ${JSON.stringify(what)}`);
    const machine = new ManualClock(START);
    const look = clockLook(steadyClock(machine), { error: note('error'), warn: note('warn') });
    const steps = [0, -1000, -HOUR, 0, 3 * HOUR, 0].map((step) => {
      machine.advance(1000);
      machine.step(step);
      look();
      return said.splice(0);
    });
    const behind = HOUR + 1000;
    expect(steps).toEqual([[], [], [`error {"behind":${behind}}`], [], [`warn {"forward":${3 * HOUR - behind}}`], []]);
  });
});
