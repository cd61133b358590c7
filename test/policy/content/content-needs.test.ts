import { describe, expect, it } from 'vitest';
import { GROUPS } from '../../../src/masking/catalogue.ts';
import { contentNeeds, type ContentNeeds } from '../../../src/policy/content/content-needs.ts';
import { withContent } from '../../../src/policy/content/with-content.ts';
import type { PreparedPolicy } from '../../../src/policy/target-index.ts';
import { connect, named, policy, posted, read, requestFor, type CaseOf } from '../support/decision-case.ts';

const URL = 'https://api.example.com/';
const TO = 'to: { hosts: ["api.example.com"] }';
const SET = policy(`rules:
  - { id: open, ${TO}, then: permit }
  - { id: iban, ${TO}, content: { entities: [iban], max: 1KiB }, then: deny }
  - { id: pay, ${TO}, methods: [POST], content: { entities: [payment], max: 2KiB }, mask: { request: [email] } }
  - { id: put, ${TO}, methods: [PUT], content: { entities: [jwt], max: 1GiB }, then: deny }
  - { id: elsewhere, to: { hosts: ["b.example"] }, content: { entities: [jwt], max: 1GiB }, then: deny }
  - { id: free, agents: [free], ${TO}, content: { entities: [jwt], max: 1GiB }, then: deny }`);

function needs(set: PreparedPolicy, given: Partial<CaseOf> = {}): ContentNeeds | undefined {
  return contentNeeds(set, requestFor(set, { url: URL, ...posted(undefined), ...given }));
}

describe('contentNeeds()', () => {
  it('unites what the rules that may match ask for', () => {
    expect(needs(SET)).toEqual({ entities: GROUPS.get('payment'), members: [], max: 2048 });
  });

  it('is for requests whose content is not known', () => {
    expect(needs(SET, posted(read({ iban: 0 })))).toBeUndefined();
    expect(needs(SET, { action: { mediaType: 'none' } })).toBeUndefined();
    expect(needs(SET, { action: connect('inspected') })).toBeUndefined();
  });

  it('is nothing where no rule states a condition', () => {
    expect(needs(policy(`rules: [{ id: m, ${TO}, then: permit, mask: { request: [pii] } }]`))).toBeUndefined();
  });

  it('is nothing where the request is denied whatever it holds', () => {
    const cards = `{ id: cards, ${TO}, content: { entities: [pii] }, then: deny }`;
    expect(needs(policy(`rules: [${cards}]`))).toBeUndefined();
    expect(needs(policy(`rules: [${cards}, { id: shut, ${TO}, then: deny }]`))).toBeUndefined();
    const open = policy(`rules: [${cards}, { id: open, ${TO}, then: permit }]`);
    expect(needs(open, { addresses: ['20.0.0.1 range:US'] })).toBeUndefined();
    expect(needs(open, { addresses: ['10.0.0.1'] })).toBeUndefined();
    expect(needs(open)?.entities).toEqual(GROUPS.get('pii'));
  });

  it('asks where a permit depends on it, and where only observed', () => {
    const permit = policy(`rules: [{ id: c, ${TO}, content: { entities: [jwt], types: ["text/*"] }, then: permit }]`);
    expect(needs(permit)).toBeDefined();
    expect(needs(permit, posted(undefined, 'image/png'))).toBeUndefined();
    expect(needs(SET, { agent: 'watched' })).toBeDefined();
  });

  it('asks for the members of JSON content that the place depends on', () => {
    const set = policy(`rules: [{ id: open, ${TO}, then: permit }]`);
    const name = named({}, { processesElsewhere: true, dependsOn: { path: false, content: ['inference_geo'] } });
    expect(needs(set, { name })).toEqual({ entities: [], members: ['inference_geo'], max: 10_485_760 });
  });

  it('looks at each address where addresses are filtered', () => {
    const set = policy(`
destinations:
  - { id: filtered, hosts: ["api.example.com"], addresses: ["20.0.0.0/8"], addresses-mode: filter }
rules: [{ id: c, to: [filtered], content: { entities: [jwt] }, then: permit }]`);
    expect(needs(set, { addresses: ['20.0.0.1 range:DE', '30.0.0.1 range:DE'] })?.entities).toEqual(['jwt']);
  });
});

describe('withContent()', () => {
  it('looks for what the decision depends on alone', () => {
    const asked: string[][] = [];
    const look = (set: PreparedPolicy, given: Partial<CaseOf>) =>
      withContent(
        set,
        requestFor(set, { url: URL, ...posted(undefined), ...given }),
        { content: 'x', fields: [] },
        (entities) => {
          asked.push([...entities]);
          return read({});
        },
      ).action.content;
    expect(look(SET, {})).toEqual(read({}));
    expect(look(SET, { url: 'https://nowhere.example/' })).toEqual(read({}));
    expect(look(SET, { action: { mediaType: 'none' } })).toBeUndefined();
    expect(asked).toEqual([GROUPS.get('payment'), []]);
  });
});
