import type { DenialCode } from '../../core/codes.ts';
import type { IpAddress } from '../../core/address.ts';
import type { AgentId, RuleId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseInstant } from '../../core/units.ts';
import { parseAuthority } from '../../wire/name/authority.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { quote } from '../../wire/quote.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { accept } from '../compile/texts.ts';
import { conform } from '../reading/conform.ts';
import type { Expectation, Expected, Given, GivenRequest } from './expectation.ts';
import { IssueList, type PolicyIssue } from '../issue.ts';
import { ExpectationSchema, type ExpectationText } from '../schema/expectations.ts';
import { parseSource, type SourceText } from '../source.ts';
import { Spot } from '../reading/spot.ts';
import { show } from '../reading/wording.ts';

export interface Expectations {
  /** The cases without errors, in order; with any issue of severity error they are not the whole. */
  readonly expectations: readonly Expectation[];
  readonly issues: readonly PolicyIssue[];
}

/** Reads files of policy tests (contract §5); every error at once, like the policy itself. */
export function parseExpectations(sources: readonly SourceText[]): Expectations {
  const issues = new IssueList();
  const expectations = sources.flatMap(({ file, text }) => {
    const source = parseSource(file, text, issues);
    return source === undefined ? [] : readCases(source.value, new Spot(source, issues));
  });
  return { expectations, issues: issues.toSorted(sources.map((source) => source.file)) };
}

function readCases(value: unknown, spot: Spot): Expectation[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) {
    spot.error(`Found ${show(value)}, expected a list of cases with name, given and expect`);
    return [];
  }
  return value.flatMap((raw, index) => {
    const text = conform(ExpectationSchema, raw, spot.at(index));
    return text === undefined ? [] : (readCase(text, spot.at(index)) ?? []);
  });
}

function readCase(text: ExpectationText, spot: Spot): Expectation | undefined {
  const given = readGiven(text.given, spot.at('given'));
  checkExpected(text.expect, spot.at('expect'));
  if (given === undefined) return undefined;
  return { name: text.name, position: spot.position, given, expect: readExpected(text.expect) };
}

function readGiven(text: ExpectationText['given'], spot: Spot): Given | undefined {
  const request = accept(readRequest(text.request), spot.at('request'));
  const addresses = text.addresses?.map((address, index) => accept(parseIpAddress(address), spot.at('addresses', index)));
  const now = text.now === undefined ? undefined : accept(parseInstant(text.now), spot.at('now'));
  const isBroken = addresses?.includes(undefined) === true || (text.now !== undefined && now === undefined);
  if (request === undefined || isBroken) return undefined;
  return {
    agent: text.agent as AgentId,
    request,
    ...(addresses !== undefined && { addresses: addresses as IpAddress[] }),
    ...(text.type !== undefined && { mediaType: text.type }),
    ...(text.content !== undefined && { content: text.content }),
    ...(text.fields !== undefined && { fields: Object.entries(text.fields) }),
    ...(text.session !== undefined && { session: text.session }),
    ...(now !== undefined && { now }),
  };
}

/** `POST https://host/path?query` or `CONNECT host:port`, read with the parsers of the listener. */
function readRequest(text: string): Result<GivenRequest, string> {
  const [method, target, ...rest] = text.split(' ');
  if (method === undefined || target === undefined || rest.length > 0 || !/^[A-Z][A-Z0-9-]*$/.test(method)) {
    return fail(`Found ${quote(text)}, expected "METHOD URI" such as "GET https://example.com/", or "CONNECT host:port"`);
  }
  if (method === 'CONNECT') {
    const authority = parseAuthority(target);
    return authority.ok ? ok({ text, method, scheme: 'https', authority: authority.value, path: '' }) : authority;
  }
  const form = parseAbsoluteForm(target);
  if (!form.ok) return form;
  const { scheme, authority, path, requestTarget } = form.value;
  if (path === undefined) return fail(`Found ${quote(target)}, expected a path that every origin reads in the same way`);
  const question = requestTarget.indexOf('?');
  return ok({ text, method, scheme, authority, path, ...(question >= 0 && { query: requestTarget.slice(question + 1) }) });
}

function readExpected(text: ExpectationText['expect']): Expected {
  const { place, sent } = text;
  return {
    decision: text.decision,
    ...(text.code !== undefined && { code: text.code as DenialCode }),
    ...(text.rules !== undefined && { rules: text.rules as RuleId[] }),
    ...(text.transfer !== undefined && { transfer: text.transfer }),
    ...(place !== undefined && { place: typeof place === 'string' ? { entry: place } : place }),
    ...(text.obligations !== undefined && { obligations: text.obligations }),
    ...(sent !== undefined && {
      sent: {
        ...(sent.contains !== undefined && { contains: sent.contains }),
        ...(sent['not-contains'] !== undefined && { notContains: sent['not-contains'] }),
      },
    }),
    ...(text.findings !== undefined && { findings: text.findings }),
  };
}

/** Reports what can never come out together. */
function checkExpected(text: ExpectationText['expect'], spot: Spot): void {
  if (text.code !== undefined && text.decision !== 'deny') {
    spot.at('code').errorAtKey(`Found a code beside decision: ${text.decision}, expected it beside deny`);
  }
}
