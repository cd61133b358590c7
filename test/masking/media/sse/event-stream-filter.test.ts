import { createParser, type EventSourceMessage } from 'eventsource-parser';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamFilter, type EventStreamOptions } from '../../../../src/masking/media/sse/event-stream-filter.ts';
import { UnreadableContent } from '../../../../src/masking/unreadable.ts';
import {
  DigitRuns,
  OneByteLate,
  Untouched,
  WordSwap,
  bytesOf,
  concatenated,
  cuts,
  everyByte,
  filtered,
  latin1Of,
  sameForEveryCut,
  textOf,
} from '../trivial-filters.ts';

const digits = (options: Partial<EventStreamOptions> = {}): EventStreamFilter =>
  new EventStreamFilter({ lane: () => new DigitRuns(), text: () => new DigitRuns(), ...options });
const untouched = (): EventStreamFilter => new EventStreamFilter({ lane: () => new Untouched(), text: () => new Untouched() });
const run = (text: string, make = digits): string => textOf(filtered(make(), bytesOf(text)));

function messages(text: string): EventSourceMessage[] {
  const found: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => found.push(event) }).feed(text);
  return found;
}

const chunk = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });

const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const word = fc.string({ unit: fc.constantFrom('a', '1', '12345', ' ', ':', 'é', '🙂', '"', '{'), maxLength: 6 });
const content = fc.oneof(
  word,
  word.map(chunk),
  fc.constantFrom('[DONE]', '{"a":1}', chunk('').replace('""', String.raw`"\u00e9\ud83d\ude42\/9999"`)),
);
const line = fc.oneof(
  content.map((text) => `data: ${text}`),
  content.map((text) => `data:${text}`),
  word.map((text) => `: ${text}`),
  word.map((text) => `event: ${text}`),
  word.map((text) => `id: ${text}`),
  fc.constantFrom('data', 'retry: 3000', 'event', 'other: 7', '', '', ''),
);
const eventStream = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(line, lineEnd), { maxLength: 14 }), fc.boolean())
  .map(
    ([bom, lines, isWhole]) => (bom ? '\u{feff}' : '') + lines.map((part) => part.join('')).join('') + (isWhole ? '\n\n' : ''),
  );

describe('EventStreamFilter', () => {
  it('copies every byte where nothing changes, however it is cut (BODY-06)', () => {
    fc.assert(
      fc.property(eventStream, cuts(), (text, at) => {
        const input = bytesOf(text);
        expect(textOf(filtered(untouched(), input, at))).toBe(text);
        expect(textOf(filtered(untouched(), input, everyByte(input)))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same output for every way of cutting', () => {
    fc.assert(
      fc.property(eventStream, cuts(), (text, at) => {
        expect(sameForEveryCut(digits, bytesOf(text), at)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('sends on, as a parser of event streams reads it, the same events with filtered data', () => {
    const plain = fc
      .tuple(fc.array(fc.tuple(line, lineEnd), { maxLength: 14 }))
      .map(([lines]) => lines.map((part) => part.join('')).join(''));
    fc.assert(
      fc.property(plain, (lines) => {
        const text = `${lines.replaceAll('choices', 'other')}\n\n`;
        const replaced = (value: string): string => value.replace(/\d{4,}/g, '#');
        const expected = messages(text).map((message) => ({
          ...message,
          data: replaced(message.data),
          ...(message.event !== undefined && { event: replaced(message.event) }),
          ...(message.id !== undefined && { id: replaced(message.id) }),
        }));
        expect(messages(run(text))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('says as text what the pieces of a text say, whatever stands between (BODY-07)', () => {
    const piece = fc.string({ unit: fc.constantFrom('1', '2', 'x', 'é', '\n', '"', '🙂', '\\'), maxLength: 8 });
    const between = fc.constantFrom(
      '',
      ': ping\n\n',
      'data: {"type":"ping"}\n\n',
      'data: {"choices":[],"usage":{}}\n\n',
      'retry: 5\n\n',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, between)), fc.boolean(), (pieces, isAscii) => {
        const json = (text: string): string =>
          isAscii
            ? chunk(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
            : chunk(text);
        const text = pieces.map(([part, other]) => `data: ${json(part)}\n\n${other}`).join('');
        const contents = messages(run(text)).map(({ data }) => {
          const { choices = [] } = JSON.parse(data) as { choices?: { delta: { content: string } }[] };
          return choices[0]?.delta.content ?? '';
        });
        expect(contents.join('')).toBe(
          pieces
            .map(([part]) => part)
            .join('')
            .replace(/\d{4,}/g, '#'),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('sends comments, pings and whole events on at once', () => {
    const filter = digits();
    expect(textOf(filter.push(bytesOf(': ping\n')))).toBe(': ping\n');
    expect(textOf(filter.push(bytesOf('\n')))).toBe('\n');
    expect(textOf(filter.push(bytesOf(`data: ${chunk('hello 12')}\n\n`)))).toBe(`data: ${chunk('hello ')}\n\n`);
    expect(textOf(filter.push(bytesOf('event: ping\ndata: {"type":"ping"}\n\n')))).toBe(
      'event: ping\ndata: {"type":"ping"}\n\n',
    );
    expect(textOf(filter.finish())).toBe(`data: ${chunk('12')}\n\n`);
  });

  it.each(['\n', '\r\n', '\r'])('keeps line ends %j and writes them into the events it adds, without id and retry', (end) => {
    const event = [`id: 7`, 'retry: 9', 'event: e', `data:  ${chunk('55555')}`, '', ''].join(end);
    const added = ['event: e', `data: ${chunk('#')}`, '', ''].join(end);
    expect(run(event)).toBe(`${event.replace('55555', '')}${added}`);
  });

  it('filters comments, names, ids, unknown fields and data that is no JSON', () => {
    expect(run(': 44444\nevent: 44444\nid: 44444\nx44444: 1\n44444\ndata: {44444\n\n')).toBe(
      ': #\nevent: #\nid: #\nx#: 1\n#\ndata: {#\n\n',
    );
  });

  it('filters lines of data as the one text they are', () => {
    const make = (): EventStreamFilter =>
      new EventStreamFilter({ lane: () => new Untouched(), text: () => new WordSwap('begin\nend', 'x') });
    expect(run('data:  begin\r\ndata:end\r\ndata: z\r\n\r\n', make)).toBe('data:  x\r\ndata:z\r\n\r\n');
    expect(run('data: begin\r\ndata:end\r\nid: 1\r\ndata: z\r\n\r\n', make)).toBe('data: x\r\ndata:z\r\nid: 1\r\n\r\n');
    const longer = (): EventStreamFilter =>
      new EventStreamFilter({ lane: () => new Untouched(), text: () => new WordSwap('key', 'two\nlines') });
    expect(messages(run('data: a key\n\n', longer))[0]?.data).toBe('a two\nlines');
    expect(messages(`${run('data: a key', longer)}\n\n`)[0]?.data).toBe('a two\nlines');
  });

  it('reads JSON that is spread over lines of data', () => {
    const pretty = JSON.stringify(JSON.parse(chunk('n 55555')), undefined, 1).replaceAll('\n', '\ndata: ');
    const out = messages(run(`data: ${pretty}\n\n`)).map(({ data }) => JSON.parse(data) as unknown);
    expect(out).toEqual([JSON.parse(chunk('n ')), JSON.parse(chunk('#'))]);
  });

  it('never cuts a character in two', () => {
    const lane = (): WordSwap => new WordSwap('\u{e9}\u{1f642}', '#');
    const make = (): EventStreamFilter => new EventStreamFilter({ lane, text: () => new Untouched() });
    const out = messages(run(`data: ${chunk('a \u{e9}')}\n\ndata: ${chunk('\u{1f600} b\u{e9}')}\n\n`, make));
    expect(out.map(({ data }) => data)).toEqual([chunk('a '), chunk('\u{e9}\u{1f600} b'), chunk('\u{e9}')]);
  });

  it('waits for the rest of a character that a filter has sent a part of', () => {
    const make = (): EventStreamFilter => new EventStreamFilter({ lane: () => new OneByteLate(), text: () => new Untouched() });
    const out = messages(run(`data: ${chunk('a\u{e9}')}\n\ndata: ${chunk('\u{1f642}')}\n\n`, make));
    expect(out.map(({ data }) => data)).toEqual([chunk('a'), chunk('\u{e9}'), chunk('\u{1f642}')]);
  });

  it('takes a byte order mark for none of the first line', () => {
    expect(run(`\u{feff}data: ${chunk('55')}\n\ndata: ${chunk('555')}\n\n`)).toBe(
      `\u{feff}data: ${chunk('')}\n\ndata: ${chunk('')}\n\ndata: ${chunk('#')}\n\n`,
    );
  });

  it('repeats no byte order mark in the events it adds', () => {
    expect(run(`\u{feff}event: e\ndata: ${chunk('55555')}\n\n`)).toBe(
      `\u{feff}event: e\ndata: ${chunk('')}\n\nevent: e\ndata: ${chunk('#')}\n\n`,
    );
  });

  it.each([
    ['lines of data', `${'data:\n'.repeat(150_000)}data: x\n\n`],
    ['parts of one text', `data: {"candidates":[{"content":{"parts":[${'{"text":"a"},'.repeat(70_000)}{"text":"b"}]}}]}\n\n`],
    ['choices', `data: {"choices":[${'{"delta":{"content":""},"finish_reason":"x"},'.repeat(20_000)}{}]}\n\n`],
    ['fields', `${'id:\n'.repeat(250_000)}\n`],
    ['comments', ':\n'.repeat(200_000)],
  ])('stays quick on very many %s', (_, text) => {
    const make = (): EventStreamFilter =>
      new EventStreamFilter({ lane: () => new Untouched(), text: () => new WordSwap('x', 'y') });
    expect(run(text, make).length).toBe(text.length);
  });

  it('sends held text before the mark that ends the stream', () => {
    expect(run(`data: ${chunk('55555')}\n\ndata: [DONE]\n\n`)).toBe(
      `data: ${chunk('')}\n\ndata: ${chunk('#')}\n\ndata: [DONE]\n\n`,
    );
  });

  it('tells what kind of text a lane is', () => {
    const kinds: string[] = [];
    const make = (): EventStreamFilter =>
      new EventStreamFilter({ lane: (kind) => (kinds.push(kind), new Untouched()), text: () => new Untouched() });
    const data = [
      chunk('a'),
      '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}',
      '{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{"}',
      '{"type":"response.custom_tool_call_input.delta","output_index":1,"delta":"a"}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}',
      '{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}',
    ];
    run(data.map((json) => `data: ${json}\n\n`).join(''), make);
    expect(kinds).toEqual(['text', 'json', 'json', 'text', 'json', 'text']);
  });

  it('bounds what open lanes keep, and lets go of it when they end', () => {
    const event = (index: number, finish: string): string =>
      `data: {"pad":"${'x'.repeat(900_000)}","choices":[{"index":${index},"delta":{"content":"a"}${finish}}]}\n\n`;
    const pushAll = (finish: string): void => {
      const filter = untouched();
      for (let i = 0; i < 12; i++) filter.push(bytesOf(event(i, finish)));
    };
    expect(() => pushAll('')).toThrow(UnreadableContent);
    expect(() => pushAll(',"finish_reason":"stop"')).not.toThrow();
    const one = untouched();
    for (let i = 0; i < 12; i++) one.push(bytesOf(event(0, '')));
  });

  it('puts a surrogate pair together that two deltas hold', () => {
    const lane = (): WordSwap => new WordSwap('xy', '#');
    const make = (): EventStreamFilter => new EventStreamFilter({ lane, text: () => new Untouched() });
    const half = (text: string): string => `data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`;
    expect(run(half(String.raw`x\ud83d`) + half(String.raw`\ude42 xy`), make)).toBe(
      half(String.raw`x\ud83d`) + half(String.raw`\ude42 #`),
    );
  });

  it('ends a stream that breaks off within an event', () => {
    expect(run(`data: ${chunk('55')}\n\ndata: ${chunk('555')}`)).toBe(`data: ${chunk('')}\n\ndata: ${chunk('#')}`);
    expect(run(`data: ${chunk('55555')}\n\ndata: {"choi`)).toBe(`data: ${chunk('')}\n\ndata: ${chunk('#')}\n\ndata: {"choi`);
    expect(run(`data: ${chunk('55555')}\n\n: 7`)).toBe(`data: ${chunk('')}\n\ndata: ${chunk('#')}\n\n: 7`);
  });

  it('keeps digits of numbers, escapes, spaces and members it does not know', () => {
    const odd = String.raw`data: { "x" : 1.0e+2,"choices":[ {"delta" : {"content":"\u0061\/b"},"index":0} ]  }`;
    expect(run(`${odd}\n\n`)).toBe(`${odd}\n\n`);
  });

  it.each([
    ['two members of one name', 'data: {"choices":[],"choices":[]}\n\n'],
    ['two members of one name in another spelling', String.raw`data: {"a":{"b":1,"\u0062":2}}` + '\n\n'],
    ['deep nesting', `data: {"a":${'['.repeat(70)}${']'.repeat(70)}}\n\n`],
    ['a long event', `data: ${'x'.repeat(2000)}`],
    [
      'many texts at a time',
      [1, 2, 3, 4].map((i) => `data: {"choices":[{"index":${i},"delta":{"content":"1"}}]}\n\n`).join(''),
    ],
  ])('refuses %s', (_, text) => {
    expect(() => run(text, () => digits({ maxEvent: 1000, maxLanes: 3 }))).toThrow(UnreadableContent);
  });

  it('refuses a line break within a field that has one line', () => {
    const make = (): EventStreamFilter =>
      new EventStreamFilter({ lane: () => new Untouched(), text: () => new WordSwap('key', 'two\nlines') });
    expect(() => run('id: key\n\n', make)).toThrow(/line break/);
  });

  it('opens lanes anew once they ended, however many', () => {
    const one = (i: number): string => `data: {"choices":[{"index":${i},"delta":{"content":"1"},"finish_reason":"stop"}]}\n\n`;
    const text = Array.from({ length: 20 }, (_, i) => one(i)).join('');
    expect(run(text, () => digits({ maxLanes: 3 }))).toBe(text);
  });

  it('neither fails otherwise nor lets a value through, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 8 }), eventStream.map(bytesOf))), (parts) => {
        try {
          expect(latin1Of(filtered(digits(), concatenated(parts)))).not.toMatch(/\d{4}/);
        } catch (error) {
          if (!(error instanceof UnreadableContent)) throw error;
        }
      }),
    );
  });
});
