import { describe, expect, it } from 'vitest';
import { Exposition } from '../../../src/cli/top/exposition.ts';

const TEXT = String.raw`# HELP up Says so
# TYPE up gauge
up 1
decisions_total{kind="connect",effect="deny",code="no_rule"} 2
decisions_total{kind="forward",effect="deny",code="no_rule"} 3 1700000000000
decisions_total{kind="forward",effect="permit",code="none"} 4.5e2
odd{name="a \"b\" \\ {c} \n d, e=\"f\""} 1
seconds_bucket{le="+Inf"} +Inf
`;

describe('Exposition', () => {
  const exposition = new Exposition(TEXT);

  it('value() sums the samples of a name; undefined where there is none', () => {
    expect([exposition.value('up'), exposition.value('decisions_total'), exposition.value('down')]).toEqual([
      1,
      455,
      undefined,
    ]);
    expect(exposition.value('seconds_bucket')).toBe(Number.POSITIVE_INFINITY);
  });

  it('by() sums them by one label', () => {
    expect(Object.fromEntries(exposition.by('decisions_total', 'effect'))).toEqual({ deny: 5, permit: 450 });
    expect(exposition.by('down', 'effect').size).toBe(0);
  });

  it('by() takes escapes back', () => {
    expect([...exposition.by('odd', 'name').keys()]).toEqual(['a "b" \\ {c} \n d, e="f"']);
  });
});
