import type { AgentDeclaration, IdentifyEntry, WorkloadPattern } from '../../core/agent.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import type { Home, SubjectAttributes } from '../../core/exchange/decision.ts';
import type { AgentId } from '../../core/ids.ts';
import { canonicalPerson } from '../../core/people/person.ts';
import type { AgentText } from '../schema/agents.ts';
import type { Spot } from '../reading/spot.ts';
import { reportOverlaps, type PlacedEntry } from './identify-overlap.ts';
import type { Scope } from './scope.ts';
import type { Item } from './sections.ts';
import { readCidrs } from './texts.ts';

/** The declared agents; homes are resolved, and agents that could not be told apart are reported. */
export function compileAgents(scope: Scope): readonly AgentDeclaration[] {
  const entries: PlacedEntry[] = [];
  const agents = scope.sections.agents.map((item) => {
    const agent = compileAgent(item, scope);
    // A default in place of what was broken would seem to overlap.
    for (const [index, entry] of item.isWhole ? agent.identify.entries() : []) {
      entries.push({ agent: agent.attributes.agent, entry, spot: item.spot.at('identify', index) });
    }
    return agent;
  });
  reportOverlaps(entries);
  return agents;
}

function compileAgent({ id, text, spot }: Item<AgentText>, scope: Scope): AgentDeclaration {
  const attributes: SubjectAttributes = {
    agent: id as AgentId,
    home: keptHome(text.home, spot.at('home'), scope),
    mode: text.mode,
  };
  const identify = text.identify.map((entry, index) => compileEntry(entry, spot.at('identify', index)));
  return { attributes, owners: text.owners.map(canonicalPerson), identify };
}

/** The home, of which those who know the settings may have to say something. */
function keptHome(text: AgentText['home'], spot: Spot, scope: Scope): Home {
  const home = compileHome(text, spot, scope);
  const problem = scope.homeProblem?.(home);
  if (problem !== undefined) spot.error(`Found ${home.label}, ${problem}`);
  return home;
}

function compileHome(home: AgentText['home'], spot: Spot, scope: Scope): Home {
  if (home === 'any') return { any: true, countries: CountrySet.ALL, label: 'any' };
  const names = typeof home === 'string' ? [home] : home;
  let countries = CountrySet.EMPTY;
  for (const [index, name] of names.entries()) {
    const nameSpot = typeof home === 'string' ? spot : spot.at(index);
    if (name === 'any') nameSpot.error('Found "any" beside other places, expected it alone', 'write home: any');
    else countries = countries.union(scope.places.countries(name, nameSpot) ?? CountrySet.EMPTY);
  }
  return { any: false, countries, label: names.join('+') };
}

/** A URI, or a DNS name without wildcard: what a client certificate can name in its subjectAltName. */
function isAlternativeName(text: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\/[^\s*]+$/i.test(text) ||
    /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(text)
  );
}

/** A subject names who runs there: on an issuer that many share, a pattern that is open in front is anybody's. */
function reportLooseWorkload({ issuer, subject }: WorkloadPattern, spot: Spot): void {
  if (!/^https:\/\/[^?#\s]+$/.test(issuer) && !/^http:\/\/(?:127\.0\.0\.1|\[::1\])(?::|\/|$)/.test(issuer)) {
    spot.at('issuer').error(`Found "${issuer}", expected the https URL that the issuer writes into the claim iss`);
  }
  if (subject.startsWith('*')) {
    const hint = 'begin with the part that is yours, such as repo:acme/*';
    spot.at('subject').error(`Found "${subject}", expected a subject that says at its beginning whose it is`, hint);
  } else if (/[A-Za-z0-9]\*/.test(subject)) {
    const open = /^[^*]*\*/.exec(subject)?.[0] ?? subject;
    spot.at('subject').warning(`Found "${open}", which every name covers that begins so, also names of others`);
  }
}

function compileEntry(entry: AgentText['identify'][number], spot: Spot): IdentifyEntry {
  if (entry.oidc !== undefined) reportLooseWorkload(entry.oidc, spot.at('oidc'));
  if (entry.certificate !== undefined && !isAlternativeName(entry.certificate)) {
    spot
      .at('certificate')
      .error(
        `Found "${entry.certificate}", expected a URI such as spiffe://acme/bot, or a DNS name`,
        'write what the subjectAltName of the certificate says; its subject identifies nobody',
      );
  }
  return {
    token: entry.token === true,
    ...(entry.cidr !== undefined && { cidr: readCidrs(entry.cidr, spot.at('cidr')) }),
    ...(entry.certificate !== undefined && { certificate: entry.certificate }),
    ...(entry.oidc !== undefined && { oidc: entry.oidc }),
  };
}
