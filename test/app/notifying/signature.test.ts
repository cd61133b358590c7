import { describe, expect, it } from 'vitest';
import { signedFields, signingKey } from '../../../src/app/notifying/signature.ts';

describe('signedFields()', () => {
  it('signs as the example of the specification', () => {
    // https://github.com/standard-webhooks/standard-webhooks, libraries: the vector that all of them are tested with.
    const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    if (!key.ok) throw new Error(key.failure);
    expect(signedFields(key.value, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1_614_265_330_999)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('signingKey()', () => {
  it('takes the text itself where it is not encoded, and nothing that could be guessed', () => {
    expect(signingKey('twenty-four-bytes-of-key')).toEqual({ ok: true, value: Buffer.from('twenty-four-bytes-of-key') });
    for (const short of ['', 'whsec_', 'hunter2', 'whsec_aHVudGVyMg==']) {
      const key = signingKey(short);
      expect(key).toMatchObject({ ok: false, failure: expect.stringContaining('expected at least 24') as string });
      if (short.length > 6) expect(JSON.stringify(key)).not.toContain(short);
    }
  });
});
