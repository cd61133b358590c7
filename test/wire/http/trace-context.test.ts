import { describe, expect, it } from 'vitest';
import { ownSpan, traceContextOf, traceparentText } from '../../../src/wire/http/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const of = (...values: string[]) => traceContextOf(values.map((value) => ['TraceParent', value] as const));

describe('traceContextOf()', () => {
  it('reads version 00, and what a higher version has in common with it', () => {
    expect(of(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, flags: '01' });
    expect(of(`cc-${TRACE}-${SPAN}-01-what-comes`)).toEqual({ traceId: TRACE, spanId: SPAN, flags: '01' });
  });

  it.each([
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['more in version 00', `00-${TRACE}-${SPAN}-01-x`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short id', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['text behind it', `00-${TRACE}-${SPAN}-01 anna@example.com`],
    ['nothing', ''],
  ])('takes %s as none', (_name, value) => {
    expect(of(value)).toBeUndefined();
  });

  it('takes two as none', () => {
    expect(of(`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`)).toBeUndefined();
    expect(of()).toBeUndefined();
  });
});

it('traceparentText() writes version 00 with the one flag that it knows', () => {
  expect(traceparentText({ traceId: TRACE, spanId: SPAN, flags: 'ff' })).toBe(`00-${TRACE}-${SPAN}-01`);
  expect(traceparentText({ traceId: TRACE, spanId: SPAN, flags: '02' })).toBe(`00-${TRACE}-${SPAN}-00`);
});

it('ownSpan() gives ids in which the exchange is found again', () => {
  expect(ownSpan('019abcde-f012-7345-8678-9abcdef01234')).toEqual({
    traceId: '019abcdef0127345867 89abcdef01234'.replace(' ', ''),
    spanId: '86789abcdef01234',
  });
});
