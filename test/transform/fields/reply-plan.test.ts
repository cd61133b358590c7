import { describe, expect, it } from 'vitest';
import { toFieldLines } from '../../../src/wire/http/fields.ts';
import { planReply, type ReplyPlan } from '../../../src/transform/fields/reply-plan.ts';

const VARY = ['Vary', 'Accept-Encoding'];

function plan(fields: string[], { method = 'GET', status = 200 } = {}): ReplyPlan {
  const planned = planReply({ method, acceptEncoding: 'zstd, br' }, status, toFieldLines(fields));
  if (!planned.ok) throw new Error(planned.failure.detail);
  return planned.value;
}

describe('planReply()', () => {
  it('planReply() undoes what came and says what leaves', () => {
    expect(plan(['Content-Encoding', 'gzip, br', 'ETag', '"a"'])).toEqual({
      fields: ['ETag', 'W/"a"', 'Content-Encoding', 'zstd', ...VARY],
      came: ['gzip', 'br'],
      leaves: 'zstd',
      isEventStream: false,
      flushes: true,
    });
  });

  it.each([
    [['Content-Type', 'text/event-stream', 'Content-Length', '2000'], true],
    [['Content-Type', 'application/x-ndjson'], true],
    [['Content-Length', '2000'], false],
  ])('planReply() of %j lets each piece out at once: %j', (fields, flushes) => {
    expect(plan(fields).flushes).toBe(flushes);
  });

  it('planReply() codes long content of known length', () => {
    expect(plan(['Content-Length', '2000'])).toMatchObject({ came: [], leaves: 'zstd' });
    expect(plan(['Content-Length', '2000', 'Content-Length', '2000'])).toMatchObject({ came: [], leaves: undefined });
    expect(plan([])).toMatchObject({ came: [], leaves: undefined });
  });

  it('planReply() lets plain events pass without a coding', () => {
    const type = ['Content-Type', 'text/event-stream; charset=utf-8'];
    expect(plan([...type, 'Content-Length', '2000'])).toMatchObject({ leaves: undefined, isEventStream: true });
    expect(plan([...type, 'Content-Encoding', 'gzip'])).toMatchObject({ leaves: 'zstd', isEventStream: true });
  });

  it('planReply() answers a HEAD with the fields of the GET, and transforms nothing', () => {
    const fields = ['Content-Encoding', 'gzip', 'Content-Length', '2000', 'ETag', '"a"'];
    const head = plan(fields, { method: 'HEAD' });
    expect(head.fields).toEqual(plan(fields).fields);
    expect(head).toMatchObject({ came: [], leaves: undefined });
  });

  it.each([204, 205, 304])('planReply() of a %d names no coding and transforms nothing', (status) => {
    expect(plan(['ETag', '"a"', 'Content-Length', '2000'], { status })).toEqual({
      fields: ['ETag', 'W/"a"', ...VARY],
      came: [],
      leaves: undefined,
      isEventStream: false,
      flushes: false,
    });
  });

  it.each([
    [['Content-Encoding', 'compress'], 200],
    [[], 206],
  ])('planReply() refuses %j with %d', (fields, status) => {
    const request = { method: 'GET', acceptEncoding: undefined };
    expect(planReply(request, status, toFieldLines(fields))).toMatchObject({ failure: { code: 'unreadable_content' } });
  });
});
