import type { TSchema } from 'typebox/type';
import { conform, knownMembers, salvage } from '../reading/conform.ts';
import type { IssueList } from '../issue.ts';
import { PolicySchema } from '../schema.ts';
import type { AgentText } from '../schema/agents.ts';
import type { CredentialText } from '../schema/credentials.ts';
import type { DestinationText } from '../schema/destinations.ts';
import type { EntityText } from '../schema/entities.ts';
import type { JurisdictionsSchema, JurisdictionText } from '../schema/jurisdictions.ts';
import type { RuleText } from '../schema/rules.ts';
import type { ParsedSource } from '../reading/parsed-source.ts';
import { Spot } from '../reading/spot.ts';
import { show } from '../reading/wording.ts';

/** One entry of a section as written, and where. */
export interface Item<T> {
  readonly id: string;
  readonly text: T;
  readonly spot: Spot;
  /** Nothing in it broke the schema; else only its single members can be checked, not how they go together. */
  readonly isWhole: boolean;
}

/** Everything that the files declare, merged; entries too broken to be read are left out of the lists. */
export interface Sections {
  readonly jurisdictions: readonly Item<JurisdictionText>[];
  readonly agents: readonly Item<AgentText>[];
  readonly destinations: readonly Item<DestinationText>[];
  readonly credentials: readonly Item<CredentialText>[];
  readonly rules: readonly Item<RuleText>[];
  readonly entities: readonly Item<EntityText>[];
  /**
   * Ids by section and where they were first declared, those of broken entries included: one slip in a destination must not
   * be reported again by every rule that refers to it.
   */
  readonly declared: Readonly<Record<SectionName, ReadonlyMap<string, Spot>>>;
}

export type SectionName = 'jurisdictions' | 'agents' | 'destinations' | 'credentials' | 'rules' | 'entities';

type Draft = { [Name in SectionName]: Item<never>[] } & { declared: Record<SectionName, Map<string, Spot>> };

/** Checks every file against the schema and merges the sections. */
export function readSections(sources: readonly ParsedSource[], issues: IssueList): Sections {
  const draft: Draft = {
    jurisdictions: [],
    agents: [],
    destinations: [],
    credentials: [],
    rules: [],
    entities: [],
    declared: {
      jurisdictions: new Map(),
      agents: new Map(),
      destinations: new Map(),
      credentials: new Map(),
      rules: new Map(),
      entities: new Map(),
    },
  };
  for (const source of sources) readSource(new Spot(source, issues), draft);
  return draft;
}

function readSource(spot: Spot, draft: Draft): void {
  // It may be meant so. But a file that was cut, or saved before it was written, looks the same.
  if (spot.source.value === null) {
    spot.warning('Found nothing in this file, expected a policy with sections such as agents, destinations and rules');
    return;
  }
  const members = knownMembers(PolicySchema, spot.source.value, spot);
  if (members === undefined) return;
  const { cordon, jurisdictions, ...lists } = PolicySchema.properties;
  if ('cordon' in members) conform(cordon, members['cordon'], spot.at('cordon'));
  else warnAboutVersion(spot);
  if (Object.keys(members).every((name) => name === 'cordon')) {
    spot.warning('Found no section in this file, expected sections such as agents, destinations and rules');
  }
  readJurisdictions(jurisdictions, members['jurisdictions'], spot.at('jurisdictions'), draft);
  for (const name of Object.keys(lists) as (keyof typeof lists)[]) {
    readList(name, lists[name], members[name], { spot: spot.at(name), draft });
  }
}

// Optional, since every policy so far is of version 1; without it, no later version could tell what a file means.
function warnAboutVersion(spot: Spot): void {
  spot.at('cordon').warning('Found no "cordon", expected cordon: 1; the file is read as version 1', 'write cordon: 1 first');
}

function readJurisdictions(schema: typeof JurisdictionsSchema, value: unknown, spot: Spot, draft: Draft): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    spot.error(`Found ${show(value)}, expected ${describeOf(schema)}`);
    return;
  }
  for (const [id, raw] of Object.entries(value)) {
    declare('jurisdictions', id, spot.at(id), draft);
    // One at a time, so that a broken set does not take the others with it.
    const text = conform(schema, { [id]: raw }, spot)?.[id];
    if (text !== undefined) draft.jurisdictions.push({ id, text: text as never, spot: spot.at(id), isWhole: true });
  }
}

type ListName = Exclude<SectionName, 'jurisdictions'>;

function readList(
  name: ListName,
  schema: { items: TSchema } & TSchema,
  value: unknown,
  into: { spot: Spot; draft: Draft },
): void {
  const { spot, draft } = into;
  if (value === undefined) return;
  if (!Array.isArray(value)) {
    spot.error(
      `Found ${show(value)}, expected ${describeOf(schema)}`,
      value === null ? `write ${name}: [] or remove it` : undefined,
    );
    return;
  }
  for (const [index, raw] of value.entries()) {
    const itemSpot = spot.at(index);
    const id = idOf(raw);
    if (id !== undefined) declare(name, id, itemSpot.at('id'), draft);
    const entry = salvage(schema.items, raw, itemSpot);
    if (entry === undefined || id === undefined) continue;
    draft[name].push({ id, text: entry.value as never, spot: itemSpot, isWhole: entry.isWhole });
  }
}

function idOf(raw: unknown): string | undefined {
  const id = typeof raw === 'object' && raw !== null ? (raw as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function declare(name: SectionName, id: string, spot: Spot, draft: Draft): void {
  const first = draft.declared[name].get(id);
  if (first === undefined) {
    draft.declared[name].set(id, spot);
    return;
  }
  const { file, line } = first.position;
  spot.error(`Found the id "${id}" again, expected ids unique over all files`, `the first one is at ${file}:${line}`);
}

function describeOf(schema: TSchema): string {
  return String((schema as { expected?: unknown }).expected);
}
