import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIssue, IssueList } from '../../src/policy/issue.ts';
import { MAX_SOURCE_LENGTH, parseSource } from '../../src/policy/source.ts';
import { threadTime } from '../support/thread-time.ts';

function read(text: string): { value: unknown; issues: readonly string[] } {
  const issues = new IssueList();
  const source = parseSource('a.yaml', text, issues);
  return { value: source?.value, issues: issues.toSorted(['a.yaml']).map(formatIssue) };
}

describe('parseSource()', () => {
  it.each([
    ['a: &x [1]', 'a.yaml:1:7: error: Found the anchor &x, expected none (write the value out where it is used)'],
    ['a: 1\nb: *a', 'a.yaml:2:4: error: Found the alias *a, expected the value itself (write the value out)'],
    ['<<: { a: 1 }', 'a.yaml:1:1: error: Found the merge key <<, expected every key written out'],
    ['a: 1\nb: 2\na: 3', 'a.yaml:3:1: error: Found the key "a" twice, expected each key once'],
    ['a: { b: 1, b: 2 }', 'a.yaml:1:12: error: Found the key "b" twice, expected each key once'],
    [
      'a: 1\n---\nb: 2',
      'a.yaml:2:1: error: Found a second document, expected one document in a file (move it to a file of its own)',
    ],
    ['a: !shell rm', 'a.yaml:1:11: error: Found the tag !shell, expected none (quote the value if it is text)'],
    ['a: !!str 1', 'a.yaml:1:10: error: Found the tag tag:yaml.org,2002:str, expected none (quote the value if it is text)'],
    [
      'a: !!binary aGk=',
      'a.yaml:1:13: error: Found the tag tag:yaml.org,2002:binary, expected none (quote the value if it is text)',
    ],
    ['%YAML 1.1\n---\na: NO', 'a.yaml:1:1: error: Found a %YAML directive, expected none (remove it: policies are YAML 1.2)'],
    ['a:\n\t- b', 'a.yaml:2:1: error: Tabs are not allowed as indentation (indent with spaces)'],
    ['1: a', 'a.yaml:1:1: error: Found a key that is not text, expected a name (quote it)'],
    ['[a]: b', 'a.yaml:1:1: error: Found a key that is not text, expected a name (quote it)'],
  ])('POL-10: refuses %j with its line and column', (text, issue) => {
    expect(read(text).issues).toEqual([issue]);
  });

  it('POL-10: refuses a billion laughs without expanding it', () => {
    const lines = ['a0: &a0 [lol]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`)];
    const { issues } = read(lines.join('\n'));
    expect(issues).toHaveLength(31);
    expect(issues.every((issue) => issue.includes('Found the anchor'))).toBe(true);
  });

  it.each([
    ['1e3', 'write 1000 or quote it'],
    ['0o10', 'write 8 or quote it'],
    ['0x1F', 'write 31 or quote it'],
    ['010', 'write 10 or quote it'],
    ['+5', 'write 5 or quote it'],
    ['1.5', 'write 1.5 or quote it'],
    ['.inf', 'write Infinity or quote it'],
    ['99999999999999999999', 'write 100000000000000000000 or quote it'],
  ])('POL-11: refuses the number %s', (number, hint) => {
    expect(read(`a: ${number}`)).toEqual({
      value: { a: undefined },
      issues: [`a.yaml:1:4: error: Found the number ${number}, expected a plain whole number or quoted text (${hint})`],
    });
  });

  it('POL-11: reads NO, dates, yes and 1_000 as text', () => {
    expect(read('a: [NO, no, yes, on, 2027-03-01, 1_000, 12:30:45]')).toEqual({
      value: { a: ['NO', 'no', 'yes', 'on', '2027-03-01', '1_000', '12:30:45'] },
      issues: [],
    });
  });

  it('gives objects without a prototype, so that no key means more than itself', () => {
    const { value } = read('__proto__: { polluted: true }\nconstructor: 1');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses a file that is too long before it reads it', () => {
    expect(read(' '.repeat(MAX_SOURCE_LENGTH + 1)).issues).toEqual([
      'a.yaml:1:1: error: Found 1048577 characters, expected at most 1048576 in one file (split the file)',
    ]);
  });

  it.each(['[', '{', '- ', '? ', '{a: ', '[[],'])('refuses nesting with %j instead of exhausting the stack', (opening) => {
    const { value, issues } = read(opening.repeat(20_000));
    expect(value).toBeUndefined();
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.length).toBeLessThanOrEqual(10);
  });

  it('refuses values nested deeper than a policy can be', () => {
    expect(read(`${'['.repeat(30)}${']'.repeat(30)}`).issues).toEqual([
      'a.yaml:1:26: error: Found values nested deeper than 24 levels',
    ]);
  });

  it('finds duplicate keys among many in linear time', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`);
    const started = threadTime();
    expect(read([...keys, 'k7: 2'].join('\n')).issues).toEqual([
      'a.yaml:20001:1: error: Found the key "k7" twice, expected each key once',
    ]);
    expect(threadTime() - started).toBeLessThan(5000);
  });

  it('tells where keys and values stand', () => {
    const source = parseSource('a.yaml', 'rules:\n  - id: r\n    to:\n      hosts: [a, b]\n    then:\n', new IssueList());
    const at = (path: (string | number)[]) => {
      const { line, column } = source!.position(path);
      return [line, column];
    };
    expect(at(['rules', 0])).toEqual([2, 5]);
    expect(at(['rules', 0, 'to', 'hosts', 1])).toEqual([4, 18]);
    expect(at(['rules', 0, 'then'])).toEqual([5, 5]);
    expect(at(['rules', 0, 'missing', 'deeper'])).toEqual([2, 5]);
    expect(source!.keyPosition(['rules', 0, 'to'])).toMatchObject({ file: 'a.yaml', line: 3, column: 5 });
  });

  it('never throws, and never reads a file with issues as if it had none', () => {
    const unit = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&',
      '*',
      '!',
      '%',
      '#',
      '|',
      '>',
      '?',
      ',',
      '1',
      '\t',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const { value, issues } = read(text);
        expect(value === undefined ? issues.length > 0 : true).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
