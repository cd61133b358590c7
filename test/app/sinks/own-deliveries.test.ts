import { describe, expect, it } from 'vitest';
import { OwnDeliveries } from '../../../src/app/sinks/own-deliveries.ts';

const line = (event: object): Buffer => Buffer.from(JSON.stringify(event));
const DELIVERY = line({ kind: 'decision', exchange: 'e1', session: 'sink', client: 'self' });
const DELIVERED = line({ kind: 'outcome', exchange: 'e1' });
const OTHER = line({ kind: 'outcome', exchange: 'e2' });

describe('OwnDeliveries.firstOther()', () => {
  it('knows a delivery and what came of it, also where they are read apart and again', () => {
    const own = new OwnDeliveries();
    expect(own.firstOther([DELIVERY])).toBeUndefined();
    expect(own.firstOther([DELIVERED])).toBeUndefined();
    expect(own.firstOther([DELIVERY, DELIVERED])).toBeUndefined();
    expect(own.firstOther([DELIVERED, OTHER])).toBe(OTHER);
  });

  it('knows one whose decision came behind others', () => {
    const own = new OwnDeliveries();
    expect(own.firstOther([OTHER, DELIVERY])).toBe(OTHER);
    expect(own.firstOther([DELIVERED])).toBeUndefined();
  });

  it('knows a secret that was read to sign a delivery, or the next delivery would follow from this one', () => {
    const read = line({ kind: 'decision', exchange: 'e4', session: 'secrets', client: 'self' });
    expect(new OwnDeliveries().firstOther([read, line({ kind: 'outcome', exchange: 'e4' })])).toBeUndefined();
  });

  it('takes no session of an agent for its own, whatever its name', () => {
    const forged = line({ kind: 'decision', exchange: 'e3', session: 'sink', client: '127.0.0.1' });
    expect(new OwnDeliveries().firstOther([forged])).toBe(forged);
  });
});
