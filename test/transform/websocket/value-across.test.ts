import { describe, expect, it } from 'vitest';
import { detectionFor } from '../../../src/transform/masking/detections.ts';
import { valueAcross } from '../../../src/transform/websocket/value-across.ts';
import { CARD } from './messages.ts';

const detection = detectionFor(['payment-card', 'private-key'], []);

function across(before: string, message: string): ReturnType<typeof valueAcross> {
  return valueAcross(detection, Buffer.from(before), Buffer.from(message));
}

describe('valueAcross()', () => {
  it('tells how much of the message belongs to a value that begins before it', () => {
    expect(across(`pay ${CARD.slice(0, 6)}`, `${CARD.slice(6)} now`)).toEqual({
      entity: 'payment-card',
      before: 6,
      length: 10,
    });
    expect(across('x 4111 1111', ' 1111 1111')).toEqual({ entity: 'payment-card', before: 9, length: 10 });
  });

  it('finds none that lies on one side alone', () => {
    expect(across(CARD, ' and')).toBeUndefined();
    expect(across('pay ', CARD)).toBeUndefined();
    expect(across('', CARD)).toBeUndefined();
    expect(across(CARD, '12')).toBeUndefined();
  });

  it('goes on to the end of a value that has begun', () => {
    const begun = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n';
    expect(across(begun, 'EFAASCBKcwggSj\n')).toMatchObject({ entity: 'private-key' });
    const ending = 'EFAASCBKcwggSj\n-----END PRIVATE KEY-----';
    expect(across(begun, `${ending} done`)).toEqual({ entity: 'private-key', before: begun.length, length: ending.length });
  });
});
