import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import { NdjsonLanesFilter } from '../../../../src/masking/media/ndjson-lanes.ts';
import { EventStreamFilter } from '../../../../src/masking/media/sse/event-stream-filter.ts';
import { DigitRuns, Untouched, WordSwap, bytesOf, everyByte, filtered, sameForEveryCut, textOf } from '../trivial-filters.ts';

type Json = Record<string, unknown>;

/** A value that must not come through, however it is cut. */
const NUMBER = '4111111111111111';

const make = (): EventStreamFilter =>
  new EventStreamFilter({ lane: () => new DigitRuns(), text: () => new WordSwap(NUMBER, '#') });

const untouched = (): EventStreamFilter => new EventStreamFilter({ lane: () => new Untouched(), text: () => new Untouched() });

function stream(events: readonly (Json | string)[]): string {
  return events
    .map((event) => {
      if (typeof event === 'string') return `data: ${event}\n\n`;
      const { type } = event;
      return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
    })
    .join('');
}

function messages(text: string): EventSourceMessage[] {
  const found: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => found.push(event), onError: (error) => expect.fail(error.message) });
  parser.feed(text);
  return found;
}

const jsonMessages = (text: string): Json[] =>
  messages(text).flatMap(({ data }) => (data.startsWith('{') ? [JSON.parse(data) as Json] : []));

function answer(events: readonly (Json | string)[]): Json[] {
  const input = bytesOf(stream(events));
  expect(textOf(filtered(untouched(), input, everyByte(input)))).toBe(textOf(input));
  expect(sameForEveryCut(make, input)).toBe(true);
  const output = textOf(filtered(make(), input));
  for (const part of [NUMBER, '41111', '1111111']) expect(output).not.toContain(part);
  return jsonMessages(output);
}

/** A chunk of chat completions with what a real one has around its delta. */
const chunk = (delta: Json, finish: string | null = null, more: Json = {}): Json => ({
  id: 'chatcmpl-9',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'gpt-5',
  system_fingerprint: 'fp_1',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish, ...more }],
  usage: null,
});

const choices = (event: Json): Json[] => event['choices'] as Json[];
const deltaOf = (event: Json): Json => (choices(event)[0]?.['delta'] ?? {}) as Json;

describe('EventStreamFilter on OpenAI chat completions', () => {
  it('finds a value that deltas cut in two and sends the rest in the next event', () => {
    const out = answer([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'card 411111' }),
      chunk({ content: '1111111111 ok' }),
      chunk({}, 'stop'),
      { ...chunk({}), choices: [], usage: { total_tokens: 9 } },
      '[DONE]',
    ]);
    expect(out.map((event) => deltaOf(event)['content'])).toEqual(['', 'card ', '# ok', undefined, undefined]);
  });

  it('sends what is held in one more event before the finish reason, without role, usage and a second id', () => {
    const out = answer([chunk({ role: 'assistant', content: `a ${NUMBER}` }), chunk({}, 'stop'), '[DONE]']);
    expect(out).toEqual([
      chunk({ role: 'assistant', content: 'a ' }),
      { ...chunk({ content: '#' }), choices: [{ index: 0, delta: { content: '#' }, logprobs: null, finish_reason: null }] },
      chunk({}, 'stop'),
    ]);
  });

  it('ends a text within an event that has both text and a finish reason', () => {
    const out = answer([chunk({ content: '41111111' }), chunk({ content: '11111111' }, 'stop'), '[DONE]']);
    expect(out.map((event) => deltaOf(event)['content'])).toEqual(['', '#']);
  });

  it('sends held text before the tool call that follows it, and arguments as one text', () => {
    const call = (fn: Json, more: Json = {}): Json => chunk({ tool_calls: [{ index: 0, ...more, function: fn }] });
    const out = answer([
      chunk({ content: `n ${NUMBER}` }),
      call({ name: 'pay', arguments: '' }, { id: 'call_1', type: 'function' }),
      call({ arguments: '{"card":"4111111' }),
      call({ arguments: '111111111' }),
      call({ arguments: '"}' }),
      chunk({}, 'tool_calls'),
      '[DONE]',
    ]);
    const shown = out.map((event) => {
      const { content, tool_calls: calls } = deltaOf(event) as { content?: string; tool_calls?: Json[] };
      return content ?? (calls?.[0]?.['function'] as Json | undefined)?.['arguments'];
    });
    expect(shown).toEqual(['n ', '#', '', '{"card":"', '', '#"}', undefined]);
  });

  it('repeats neither id nor name of a tool call', () => {
    const out = answer([
      chunk({ tool_calls: [{ index: 3, id: 'call_1', type: 'function', function: { name: 'f', arguments: '7777' } }] }),
      chunk({}, 'tool_calls'),
    ]);
    expect(deltaOf(out[1]!)).toEqual({ tool_calls: [{ index: 3, type: 'function', function: { arguments: '#' } }] });
  });

  it('ends the arguments of one call where those of another begin, though both are in the event', () => {
    const calls = (...texts: string[]): Json =>
      chunk({ tool_calls: texts.map((text, index) => ({ index, function: { arguments: text } })) });
    const out = answer([calls('7777'), calls('', 'x'), chunk({}, 'tool_calls')]);
    expect(out).toEqual([calls(''), calls('#'), calls('', 'x'), chunk({}, 'tool_calls')]);
  });

  it('keeps choices and channels apart', () => {
    const two = (index: number, delta: Json): Json => ({ choices: [{ index, delta }] });
    const out = answer([
      two(0, { content: '4111' }),
      two(1, { content: '99' }),
      two(0, { content: '1111' }),
      two(1, { content: '9 x' }),
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] },
    ]);
    expect(out.map((event) => [choices(event)[0]?.['index'], deltaOf(event)['content']])).toEqual([
      [0, ''],
      [1, ''],
      [0, ''],
      [1, '999 x'],
      [0, '#'],
      [0, undefined],
      [1, undefined],
    ]);
  });

  it.each(['reasoning_content', 'reasoning', 'refusal'])(
    'joins the pieces of %s, though content is there and empty',
    (name) => {
      const out = answer([
        chunk({ [name]: '41111111', content: '' }),
        chunk({ [name]: '11111111', content: null }),
        chunk({ content: 'done' }),
        chunk({}, 'stop'),
      ]);
      expect(out.map((event) => [deltaOf(event)[name], deltaOf(event)['content']])).toEqual([
        ['', ''],
        ['', null],
        ['#', null],
        [undefined, 'done'],
        [undefined, undefined],
      ]);
    },
  );

  it('reads reasoning that is sent twice in each event as two texts', () => {
    const both = (text: string): Json => chunk({ reasoning: text, reasoning_details: [{ type: 'reasoning.text', text }] });
    const out = answer([both('41111111'), both('11111111'), both(' so'), chunk({}, 'stop')]);
    expect(out.map((event) => deltaOf(event)['reasoning'])).toEqual(['', '', '# so', undefined]);
  });

  it('reads older completions and function calls', () => {
    const old = (text: string, finish: string | null): Json => ({
      choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
    });
    expect(answer([old('41111111', null), old('11111111', 'length')]).map((event) => choices(event)[0]?.['text'])).toEqual([
      '',
      '#',
    ]);
    const call = (text: string): Json => chunk({ function_call: { arguments: text } });
    const out = answer([call('{"n":"41111111'), call('11111111"}'), chunk({}, 'function_call')]);
    expect(out.map((event) => (deltaOf(event)['function_call'] as Json | undefined)?.['arguments'])).toEqual([
      '{"n":"',
      '#"}',
      undefined,
    ]);
  });

  it('blanks log probabilities of an event whose text changes or is held', () => {
    const logprobs = (token: string): Json => ({ logprobs: { content: [{ token, logprob: -0.1, bytes: [52] }] } });
    const out = answer([
      chunk({ content: 'hi ' }, null, logprobs('hi ')),
      chunk({ content: '41111111' }, null, logprobs('41111111')),
      chunk({ content: '11111111.' }, null, logprobs('11111111.')),
      chunk({}, 'stop'),
    ]);
    expect(out.map((event) => choices(event)[0]?.['logprobs'] === null)).toEqual([false, true, true, true]);
  });

  it('does not end a text at usage that comes with every event or between two', () => {
    const used = { choices: [], usage: { total_tokens: 3 } };
    const out = answer([
      { ...chunk({ content: '41111111' }), usage: { total_tokens: 2 } },
      used,
      chunk({ content: '11111111' }, 'stop'),
    ]);
    expect(out.map((event) => deltaOf(event)['content'])).toEqual(['', undefined, '#']);
  });

  it.each([['[DONE]'], [undefined]])('sends what is held when a stream ends with %s and no finish reason', (end) => {
    const out = answer([chunk({ content: '4111111' }), ...(end === undefined ? [] : [end])]);
    expect(out.map((event) => deltaOf(event)['content'])).toEqual(['', '#']);
  });

  it('filters the rest of an event by itself', () => {
    const text = stream([{ ...chunk({ content: 'a' }), model: `m ${NUMBER}` }]);
    expect(jsonMessages(textOf(filtered(make(), bytesOf(text))))[0]).toMatchObject({ model: 'm #' });
  });
});

describe('EventStreamFilter on OpenAI responses', () => {
  const delta = (type: string, text: string, more: Json = {}): Json => ({
    type,
    sequence_number: 4,
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: text,
    logprobs: [],
    ...more,
  });

  it.each([
    'response.output_text.delta',
    'response.reasoning_summary_text.delta',
    'response.reasoning_text.delta',
    'response.refusal.delta',
    'response.function_call_arguments.delta',
    'response.custom_tool_call_input.delta',
    'response.mcp_call_arguments.delta',
    'response.code_interpreter_call_code.delta',
  ])('joins the pieces of %s and flushes before the event that repeats them', (type) => {
    const out = answer([
      { type: 'response.created', response: { id: 'resp_1', output: [] } },
      delta(type, 'n 41111111'),
      delta(type, '11111111'),
      { type: type.replace('.delta', '.done'), item_id: 'msg_1', output_index: 0, text: `n ${NUMBER}` },
      {
        type: 'response.completed',
        response: { output: [{ content: [{ text: `n ${NUMBER}`, logprobs: [{ token: '41' }] }] }] },
      },
    ]);
    expect(out.slice(1).map(({ type: is, delta: text, text: whole }) => [is, text ?? whole])).toEqual([
      [type, 'n '],
      [type, ''],
      [type, '#'],
      [type.replace('.delta', '.done'), 'n #'],
      ['response.completed', undefined],
    ]);
    expect(out[3]).toMatchObject({ item_id: 'msg_1', output_index: 0, sequence_number: 4 });
    expect(out.at(-1)).toMatchObject({ response: { output: [{ content: [{ text: 'n #', logprobs: [] }] }] } });
  });

  it('keeps items apart that are written at the same time', () => {
    const type = 'response.function_call_arguments.delta';
    const at = (index: number, text: string): Json => delta(type, text, { output_index: index, item_id: `fc_${index}` });
    const out = answer([at(0, '41111111'), at(1, '12'), at(0, '11111111'), at(1, '3x'), { type: 'response.completed' }]);
    expect(out.map(({ output_index: index, delta: text }) => [index, text])).toEqual([
      [0, ''],
      [1, ''],
      [0, ''],
      [1, '123x'],
      [0, '#'],
      [undefined, undefined],
    ]);
  });

  it('leaves encrypted reasoning as it is', () => {
    const item = { type: 'reasoning', encrypted_content: `gAAA${NUMBER}==` };
    const text = stream([{ type: 'response.output_item.done', output_index: 0, item }]);
    expect(textOf(filtered(make(), bytesOf(text)))).toBe(text);
  });
});

describe('EventStreamFilter on Anthropic messages', () => {
  const start = (index: number, block: Json): Json => ({ type: 'content_block_start', index, content_block: block });
  const delta = (index: number, piece: Json): Json => ({ type: 'content_block_delta', index, delta: piece });
  const stop = (index: number): Json => ({ type: 'content_block_stop', index });

  it.each([
    ['text_delta', 'text'],
    ['thinking_delta', 'thinking'],
    ['input_json_delta', 'partial_json'],
  ])('joins the pieces of %s', (type, name) => {
    const out = answer([
      { type: 'message_start', message: { id: 'msg_1', content: [], usage: { input_tokens: 1 } } },
      start(0, { type: name, ...(name === 'partial_json' ? { input: {} } : { [name]: '' }) }),
      delta(0, { type, [name]: '{"n":"41111111' }),
      { type: 'ping' },
      delta(0, { type, [name]: '11111111' }),
      stop(0),
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ]);
    expect(out.slice(2, 7)).toEqual([
      delta(0, { type, [name]: '{"n":"' }),
      { type: 'ping' },
      delta(0, { type, [name]: '' }),
      delta(0, { type, [name]: '#' }),
      stop(0),
    ]);
  });

  it('names the type of the events that it adds', () => {
    const text = stream([delta(0, { type: 'text_delta', text: '7777' }), stop(0)]);
    expect(textOf(filtered(make(), bytesOf(text)))).toContain(
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"#"}}\n\nevent: content_block_stop\n',
    );
  });

  it('goes on with text that a block starts with', () => {
    const out = answer([
      start(1, { type: 'text', text: 'a 41111111' }),
      delta(1, { type: 'text_delta', text: '11111111' }),
      stop(1),
      start(2, { type: 'text', text: NUMBER }),
      stop(2),
    ]);
    expect(out).toEqual([
      start(1, { type: 'text', text: 'a ' }),
      delta(1, { type: 'text_delta', text: '' }),
      delta(1, { type: 'text_delta', text: '#' }),
      stop(1),
      start(2, { type: 'text', text: '' }),
      delta(2, { type: 'text_delta', text: '#' }),
      stop(2),
    ]);
  });

  it('never touches signatures and redacted thinking, and ends thinking before its signature', () => {
    const signed = [
      delta(0, { type: 'signature_delta', signature: `Eq${NUMBER}QB==` }),
      start(1, { type: 'redacted_thinking', data: NUMBER }),
    ];
    const text = stream([delta(0, { type: 'thinking_delta', thinking: 'n 777' }), ...signed]);
    const out = jsonMessages(textOf(filtered(make(), bytesOf(text))));
    expect(out.slice(1)).toEqual([delta(0, { type: 'thinking_delta', thinking: '777' }), ...signed]);
  });

  it('filters a signature that is none', () => {
    const text = stream([delta(0, { type: 'signature_delta', signature: `call me: ${NUMBER}` })]);
    expect(textOf(filtered(make(), bytesOf(text)))).not.toContain(NUMBER);
  });

  it('filters citations by themselves, between the pieces of the text', () => {
    const citation = { type: 'citations_delta', citation: { cited_text: `see ${NUMBER}` } };
    const out = answer([
      delta(0, { type: 'text_delta', text: '41111111' }),
      delta(0, citation),
      delta(0, { type: 'text_delta', text: '11111111 x' }),
    ]);
    expect(out[1]).toEqual(delta(0, { type: 'citations_delta', citation: { cited_text: 'see #' } }));
    expect(out[2]).toEqual(delta(0, { type: 'text_delta', text: '# x' }));
  });
});

describe('EventStreamFilter on Gemini', () => {
  const chunkOf = (parts: Json[], finish?: string): Json => ({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...(finish !== undefined && { finishReason: finish }) }],
    usageMetadata: { promptTokenCount: 4 },
    modelVersion: 'gemini-3',
  });
  const parts = (event: Json): unknown => ((event['candidates'] as Json[])[0]?.['content'] as Json | undefined)?.['parts'];

  it('joins texts over answers and ends them with the finish reason', () => {
    const out = answer([chunkOf([{ text: 'n 41111111' }]), chunkOf([{ text: '11111111' }], 'STOP')]);
    expect(out.map(parts)).toEqual([[{ text: 'n ' }], [{ text: '#' }]]);
  });

  it('joins the parts of one answer, the last one too', () => {
    const out = answer([chunkOf([{ text: 'n 41111111' }, { text: '11111111' }, { text: '.' }], 'STOP')]);
    expect(out.map(parts)).toEqual([[{ text: 'n ' }, { text: '' }, { text: '#.' }]]);
  });

  it('keeps thoughts apart from text, within one answer too', () => {
    const out = answer([
      chunkOf([{ text: '41111111', thought: true }]),
      chunkOf([{ text: '11111111', thought: true }, { text: 'so 22' }]),
      chunkOf([{ text: '22' }, { functionCall: { name: 'f', args: { n: NUMBER } } }]),
    ]);
    expect(out.map(parts)).toEqual([
      [{ text: '', thought: true }],
      [{ text: '#', thought: true }, { text: 'so ' }],
      [{ text: '#' }, { functionCall: { name: 'f', args: { n: '#' } } }],
    ]);
  });

  it('adds an event before a function call, without usage and signatures', () => {
    const signed = { text: '7777', thoughtSignature: 'AAAA' };
    const out = answer([chunkOf([signed]), chunkOf([{ functionCall: { name: 'f', args: {} } }])]);
    expect(out[1]).toEqual({
      modelVersion: 'gemini-3',
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text: '#' }] } }],
    });
  });

  it('reads answers inside a response', () => {
    const out = answer([{ response: chunkOf([{ text: '41111111' }]) }, { response: chunkOf([{ text: '11111111' }], 'STOP') }]);
    expect(out.map((event) => parts(event['response'] as Json))).toEqual([[{ text: '' }], [{ text: '#' }]]);
  });
});

describe('NdjsonLanesFilter on Ollama', () => {
  const makeLines = (): NdjsonLanesFilter =>
    new NdjsonLanesFilter({ lane: () => new DigitRuns(), text: () => new WordSwap(NUMBER, '#') });
  const run = (lines: readonly Json[], end = '\n'): Json[] => {
    const input = bytesOf(lines.map((line) => `${JSON.stringify(line)}${end}`).join(''));
    expect(sameForEveryCut(makeLines, input)).toBe(true);
    return textOf(filtered(makeLines(), input))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Json);
  };
  const line = (message: Json, done = false): Json => ({
    model: 'llama',
    created_at: 'now',
    message: { role: 'assistant', ...message },
    done,
  });

  it.each(['\n', '\r\n'])('joins thinking and content, lines ending in %j', (end) => {
    const lines = [
      line({ content: '', thinking: '41111111' }),
      line({ content: '', thinking: '11111111' }),
      line({ content: '4111111' }),
      { ...line({ content: '' }, true), done_reason: 'stop', eval_count: 3 },
    ];
    expect(run(lines, end)).toEqual([
      line({ content: '', thinking: '' }),
      line({ content: '', thinking: '' }),
      line({ thinking: '#' }),
      line({ content: '' }),
      line({ content: '#' }),
      lines[3],
    ]);
  });

  it('joins what generate writes, and ends with the input', () => {
    const piece = (response: string): Json => ({ model: 'llama', response, done: false });
    expect(run([piece('41111111'), piece('11111111')])).toEqual([piece(''), piece(''), piece('#')]);
  });

  it('sends held text before a tool call', () => {
    const call = line({ content: '', tool_calls: [{ function: { name: 'f', arguments: { n: NUMBER } } }] });
    expect(run([line({ content: '777' }), call]).slice(1)).toEqual([
      line({ content: '777' }),
      line({ content: '', tool_calls: [{ function: { name: 'f', arguments: { n: '#' } } }] }),
    ]);
  });

  it('reads a last line without an end, and lines that are none of a model', () => {
    const text = `${JSON.stringify({ n: NUMBER })}\r\n\nplain ${NUMBER}\n${JSON.stringify(line({ content: '7777' }))}`;
    const output = textOf(filtered(makeLines(), bytesOf(text)));
    expect(output).toBe(text.replaceAll(NUMBER, '#').replace('7777', '#'));
  });
});
