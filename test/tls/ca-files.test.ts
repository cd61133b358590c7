import { describe, expect, it } from 'vitest';
import { isOpenToOthers } from '../../src/tls/ca-files.ts';

describe('isOpenToOthers()', () => {
  it.each([
    [0o600, 1000, 1000, false],
    [0o400, 1000, 1000, false],
    [0o640, 1000, 1000, true],
    [0o604, 1000, 1000, true],
    [0o601, 1000, 1000, true],
    // A secret that Kubernetes mounts for `fsGroup`: root owns it, the group of the process reads it.
    [0o440, 0, 1000, false],
    [0o640, 0, 1000, false],
    [0o660, 0, 1000, true],
    [0o444, 0, 1000, true],
    [0o640, 0, 0, true],
    [0o600, 0, 0, false],
  ])('ESC-05: mode %o of user %i, read by user %i: %s', (mode, owner, self, expected) => {
    expect(isOpenToOthers(0o100000 | mode, owner, self)).toBe(expected);
  });
});
