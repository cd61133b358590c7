import type { Home } from '../core/exchange/decision.ts';
import type { PolicyDigest } from '../core/ids.ts';
import type { Instant } from '../core/units.ts';
import { compileAgents } from './compile/agents.ts';
import { checkAuthority } from './compile/authority.ts';
import { compileCredentials } from './compile/credentials/credentials.ts';
import { deepFreeze } from './compile/deep-freeze.ts';
import { DestinationTable } from './compile/destination-table.ts';
import { compileEntities } from './compile/entities.ts';
import { compileJurisdictions } from './compile/jurisdictions.ts';
import { PlaceNames } from './compile/place-names.ts';
import { checkRule } from './compile/rules/rule-checks.ts';
import { warnAboutRule, warnAboutMasking, warnAboutPorts, warnAboutRecordedContent } from './compile/rules/rule-warnings.ts';
import { warnAboutTls } from './compile/rules/tls-warnings.ts';
import { compileRule } from './compile/rules/rules.ts';
import type { Scope } from './compile/scope.ts';
import { readSections } from './compile/sections.ts';
import { checkTransfer } from './compile/rules/transfer.ts';
import { IssueList, type PolicyIssue } from './issue.ts';
import type { CompiledPolicy, CompiledRule, WorldData } from './model.ts';
import { parseSource, type SourceText } from './source.ts';
import type { TlsFileDigests } from './tls-files.ts';

export interface CompileOptions {
  /** Digest of the sources, computed by whoever read them. */
  readonly digest: PolicyDigest;
  /** Files that may declare agents, jurisdictions, attestations, internal destinations, transfers and credentials; empty: all. */
  readonly authority: readonly string[];
  /** Only for warnings about what has ended already. */
  readonly now: Instant;
  /** What was found in the files that `namedTlsFiles()` lists; absent: a trial, which reads none. */
  readonly tlsFiles?: TlsFileDigests;
  /** Why agents at home there cannot be served: `expected a home that …`; absent: nobody asks. */
  readonly homeProblem?: (home: Home) => string | undefined;
}

export interface Compilation {
  /** Frozen; absent when there is any error. */
  readonly policy?: CompiledPolicy;
  /** By file and position. Every error at once, then it is still a good policy without them: warnings too. */
  readonly issues: readonly PolicyIssue[];
}

/**
 * Compiles the files of a policy, all of them or none: with any error there is no policy, so that a half-read file can never
 * permit what the whole would deny. No files, or files without rules, are a policy that denies everything.
 */
export function compilePolicy(sources: readonly SourceText[], world: WorldData, options: CompileOptions): Compilation {
  const issues = new IssueList();
  const files = sources.map((source) => source.file);
  const parsed = sources.flatMap(({ file, text }) => parseSource(file, text, issues) ?? []);
  const sections = readSections(parsed, issues);
  checkAuthority(sections, files, options.authority, issues);
  const jurisdictions = compileJurisdictions(sections, world);
  const places = new PlaceNames(world, jurisdictions);
  const { now, tlsFiles, homeProblem } = options;
  const scope = {
    world,
    now,
    places,
    sections,
    ...(tlsFiles !== undefined && { tlsFiles }),
    ...(homeProblem !== undefined && { homeProblem }),
  };
  const policy: CompiledPolicy = { ...compileSections(scope), digest: options.digest, jurisdictions };
  const sorted = issues.toSorted(files);
  return issues.errors > 0 ? { issues: sorted } : { policy: deepFreeze(policy), issues: sorted };
}

function compileSections(scope: Scope): Omit<CompiledPolicy, 'digest' | 'jurisdictions'> {
  const agents = compileAgents(scope);
  const table = new DestinationTable(scope);
  const credentials = compileCredentials(scope);
  const entities = compileEntities(scope);
  const rules: CompiledRule[] = [];
  for (const item of scope.sections.rules) {
    const rule = compileRule(item, table, agents, scope);
    rules.push(rule);
    if (!item.isWhole) continue;
    checkRule(item, rule, table.all, scope);
    if (rule.transfer !== undefined) {
      const context = { agents, destinations: table.all, world: scope.world };
      checkTransfer(rule, rule.transfer, item.spot.at('transfer'), context);
    }
    warnAboutRule(item, rule, table.all);
  }
  warnAboutMasking(scope.sections.rules);
  warnAboutRecordedContent(scope.sections.rules);
  warnAboutPorts(scope.sections.rules, rules, table.all);
  warnAboutTls(scope.sections.destinations, rules, table.all);
  return { agents, destinations: table.all, rules, credentials, entities };
}
