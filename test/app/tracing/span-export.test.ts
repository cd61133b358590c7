import { expect, it, vi } from 'vitest';
import { SpanExport, type Taken } from '../../../src/app/tracing/span-export.ts';
import { SpanBuffer } from '../../../src/telemetry/traces/span-buffer.ts';
import type { Span } from '../../../src/telemetry/traces/span.ts';
import { spansOf } from '../../support/trace-collector.ts';

const AT = Date.UTC(2026, 10, 1);

function span(number: number): Span {
  const spanId = (number + 1).toString(16).padStart(16, '0');
  return { traceId: spanId.repeat(2), spanId, name: 'GET', endedAt: AT, took: 12.5, attributes: { n: number, of: ['a'] } };
}

function exporting(answers: (Taken | undefined)[], capacity = 3000) {
  const counts = { sent: 0, refused: 0, dropped: 0 };
  const count = (result: keyof typeof counts) => ({ add: (by: number) => void (counts[result] += by) });
  const spans = new SpanBuffer(capacity, (lost) => count('dropped').add(lost));
  const batches: number[] = [];
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const exported = new SpanExport({
    spans,
    send: (payload) => {
      batches.push(spansOf(payload).length);
      return Promise.resolve(answers.shift() ?? { rejected: 0 });
    },
    count,
    random: { bytes: (length) => new Uint8Array(length) },
    log,
    interval: 5,
  });
  const fill = (number: number): void =>
    Array.from({ length: number }, (_, index) => index).forEach((n) => spans.push(span(n)));
  return { spans, counts, batches, exported, fill, log };
}

it('SpanExport sends in batches, counts what was rejected, and drops a batch that is refused', async () => {
  const { counts, batches, exported, fill, spans } = exporting([{ rejected: 3 }, { refused: 'status 400' }]);
  fill(2100);
  await vi.waitFor(() => expect(spans.size).toBe(0));
  await exported[Symbol.asyncDispose]();
  expect(batches).toEqual([1024, 1024, 52]);
  expect(counts).toEqual({ sent: 1021 + 52, refused: 3 + 1024, dropped: 0 });
});

it('SpanExport keeps what a collector that is down may have later, as far as there is room, and says so once', async () => {
  const down = { later: 'origin_unreachable' };
  const { counts, batches, exported, fill, spans, log } = exporting([down, down], 10);
  fill(12);
  expect(counts.dropped).toBe(2);
  await vi.waitFor(() => expect(batches.length).toBeGreaterThanOrEqual(3), { timeout: 5_000 });
  expect(spans.size).toBe(0);
  expect(counts).toEqual({ sent: 10, refused: 0, dropped: 2 });
  expect(log.warn).toHaveBeenCalledTimes(1);
  await exported[Symbol.asyncDispose]();
});

it('SpanExport tries once more at the end, and counts what is lost with it', async () => {
  const { counts, batches, exported, fill } = exporting([{ later: 'status 503' }]);
  fill(4);
  await exported[Symbol.asyncDispose]();
  expect(batches).toEqual([4]);
  expect(counts).toEqual({ sent: 0, refused: 0, dropped: 4 });
});
