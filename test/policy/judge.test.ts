import { describe, expect, it } from 'vitest';
import type { Visibility } from '../../src/core/exchange/decision.ts';
import { FACETS, type Evidence, type Facet, type NameFacts } from '../../src/core/place/evidence.ts';
import type { Statement } from '../../src/policy/target/prepared.ts';
import type { Judged } from '../../src/policy/place/standing.ts';
import { judge } from '../../src/policy/judge.ts';
import { address, named, NOW, place } from './support/decision-case.ts';

interface Given {
  readonly addresses?: readonly string[];
  readonly name?: NameFacts;
  readonly statements?: readonly Statement[];
  readonly visibility?: Visibility;
}

function judgeOn({ addresses, name, statements = [], visibility = 'inspected' }: Given): Judged {
  return judge({
    facts: { host: { kind: 'name', name: 'api.example.com' }, port: 443, ...(name !== undefined && { name }) },
    addresses: addresses?.map(address),
    statements,
    visibility,
    now: NOW,
    nameOnly: false,
  });
}

function statement(label: string, covers: readonly Facet[] = FACETS, until = NOW + 1): Statement {
  const places = Object.fromEntries(covers.map((facet) => [facet, place(label)]));
  return { evidence: { kind: 'attestation', places, source: 'addendum', match: 'api' }, until };
}

function labels({ judgement }: Judged): string {
  return FACETS.map((facet) => judgement.places[facet].label).join(' ');
}

function contradictions({ judgement }: Judged): readonly string[] {
  return judgement.contradictions.map(({ a, b, facet, blocks }) => `${a.kind} ${b.kind} ${facet}${blocks ? '!' : ''}`);
}

describe('judge() order of evidence (POL-05)', () => {
  it('lets attestation beat name beat range beat anycast beat GeoIP', () => {
    const addresses = ['20.0.0.1 range:FR anycast:anycast geoip:IT'];
    const name = named({ entry: 'DE' });
    expect(labels(judgeOn({ addresses, name, statements: [statement('eu')] }))).toBe('eu eu eu');
    expect(labels(judgeOn({ addresses, name }))).toBe('DE DE DE');
    expect(labels(judgeOn({ addresses }))).toBe('FR FR FR');
    expect(labels(judgeOn({ addresses: ['20.0.0.1 anycast:anycast geoip:IT'] }))).toBe('anycast anycast anycast');
    expect(labels(judgeOn({ addresses: ['20.0.0.1 geoip:IT'] }))).toBe('IT IT IT');
    expect(labels(judgeOn({ addresses: ['20.0.0.1'] }))).toBe('unknown unknown unknown');
  });

  it('keeps all evidence and says who won', () => {
    const { judgement } = judgeOn({ addresses: ['20.0.0.1 range:DE geoip:US'], name: named({ processing: 'eu' }) });
    expect(judgement.evidence.map(({ kind }) => kind)).toEqual(['endpoint-name', 'cloud-range', 'geoip']);
    expect(judgement.winners).toMatchObject({
      entry: { kind: 'cloud-range' },
      processing: { kind: 'endpoint-name' },
      storage: { kind: 'cloud-range' },
    });
  });

  it('takes an override of an address for an attestation', () => {
    const judged = judgeOn({ addresses: ['20.0.0.1 override:DE geoip:DE'], name: named({ entry: 'FR' }) });
    expect(judged.judgement.places.entry.label).toBe('DE');
    const mixed = judgeOn({ addresses: ['20.0.0.1 override:DE', '20.0.0.2 range:US'], name: named({ entry: 'DE' }) });
    expect(mixed.judgement.places.entry.label).toBe('DE');
  });

  it('lets an attestation count for the facets it covers and until its end', () => {
    const addresses = ['20.0.0.1 range:DE'];
    expect(labels(judgeOn({ addresses, statements: [statement('FR', ['storage'])] }))).toBe('DE DE FR');
    expect(labels(judgeOn({ addresses, statements: [statement('FR', FACETS, NOW)] }))).toBe('DE DE DE');
  });

  it('takes the narrower of two attestations, and both where neither is', () => {
    const statements = [statement('eu'), statement('DE')];
    expect(labels(judgeOn({ statements }))).toBe('DE DE DE');
    expect(labels(judgeOn({ statements: statements.toReversed() }))).toBe('DE DE DE');
    expect(labels(judgeOn({ statements: [statement('efta'), statement('eea')] }))).toBe('eea or efta eea or efta eea or efta');
  });
});

describe('judge() facets that nothing states', () => {
  it('follow entry, unless the service handles content elsewhere', () => {
    const addresses = ['20.0.0.1 range:DE'];
    expect(labels(judgeOn({ addresses, name: named({ entry: 'FR' }) }))).toBe('FR FR FR');
    expect(labels(judgeOn({ addresses, name: named({ entry: 'FR' }, { processesElsewhere: true }) }))).toBe(
      'FR unknown unknown',
    );
    expect(labels(judgeOn({ addresses, name: named({ storage: 'IT' }) }))).toBe('DE DE IT');
  });

  it('let an unknown entry fall through to the addresses, and keep other unknowns', () => {
    const name = named({ entry: 'unknown', processing: 'unknown', storage: 'unknown' });
    expect(labels(judgeOn({ addresses: ['20.0.0.1 range:DE'], name }))).toBe('DE unknown unknown');
  });

  it('are unknown for processing while it depends on path or content, in a tunnel for ever', () => {
    const name = named({ entry: 'DE', processing: 'DE' }, { dependsOn: { path: false, content: ['inference_geo'] } });
    const inspected = judgeOn({ addresses: ['20.0.0.1 range:DE'], name });
    expect(labels(inspected)).toBe('DE unknown DE');
    expect(inspected.standings.processing.pending).toBe(true);
    const opaque = judgeOn({ addresses: ['20.0.0.1 range:DE'], name, visibility: 'opaque' });
    expect(labels(opaque)).toBe('DE unknown DE');
    expect(opaque.standings.processing.pending).toBe(false);
    const attested = judgeOn({ addresses: ['20.0.0.1 range:DE'], name, statements: [statement('DE')] });
    expect(labels(attested)).toBe('DE DE DE');
  });
});

describe('judge() several addresses', () => {
  it('unites their places and keeps a region only when all share it', () => {
    const same = judgeOn({ addresses: ['20.0.0.1 range:aws:eu-central-1', '20.0.0.2 range:aws:eu-central-1'] });
    expect(same.judgement.places.entry).toMatchObject({ region: 'aws:eu-central-1' });
    const apart = judgeOn({
      addresses: ['20.0.0.1 range:aws:eu-central-1', '20.0.0.2 range:DE', '20.0.0.3 range:aws:eu-west-1'],
    });
    expect(apart.judgement.places.entry).not.toHaveProperty('region');
    expect(apart.judgement.places.entry.label).toBe('DE or aws:eu-central-1 or aws:eu-west-1');
  });

  it('are open as soon as one is, and the least known of several wins', () => {
    expect(labels(judgeOn({ addresses: ['20.0.0.1 range:DE', '20.0.0.2 anycast:anycast'] }))).toMatch(/^anycast/);
    expect(labels(judgeOn({ addresses: ['20.0.0.1 range:global', '20.0.0.2', '20.0.0.3 anycast:anycast'] }))).toMatch(
      /^unknown/,
    );
  });

  it('prove inside only when each does', () => {
    const { standings } = judgeOn({ addresses: ['20.0.0.1 range:DE', '20.0.0.2 geoip:DE'] });
    expect(standings.entry.outsideOnly).toBe(true);
  });
});

describe('judge() contradictions', () => {
  it('block between attestation, name and range, and are recorded against GeoIP', () => {
    const us = [statement('US')];
    expect(contradictions(judgeOn({ statements: us, name: named({ entry: 'DE' }) }))).toEqual([
      'attestation endpoint-name entry!',
    ]);
    expect(contradictions(judgeOn({ statements: us, addresses: ['20.0.0.1 range:DE'] }))).toEqual([
      'attestation cloud-range entry!',
    ]);
    expect(contradictions(judgeOn({ statements: us, addresses: ['20.0.0.1 geoip:DE'] }))).toEqual(['attestation geoip entry']);
    expect(contradictions(judgeOn({ addresses: ['20.0.0.1 range:US geoip:DE'] }))).toEqual(['cloud-range geoip entry']);
    expect(contradictions(judgeOn({ statements: [...us, statement('DE', ['storage'])] }))).toEqual([
      'attestation attestation storage!',
    ]);
  });

  it('do not come from stale or open statements', () => {
    expect(contradictions(judgeOn({ addresses: ['20.0.0.1 range:US! geoip:DE'] }))).toEqual([]);
    expect(
      contradictions(judgeOn({ addresses: ['20.0.0.1 anycast:anycast geoip:DE'], statements: [statement('US', ['storage'])] })),
    ).toEqual([]);
  });

  it('are recorded only where the name stands by inspection', () => {
    const judged = judgeOn({ name: named({ entry: 'DE' }), addresses: ['20.0.0.1 range:US'] });
    expect(contradictions(judged)).toEqual(['endpoint-name cloud-range entry']);
    expect(labels(judged)).toBe('DE DE DE');
  });

  it.each(['opaque', 'cleartext'] as const)('block a name in %s unless every address agrees', (visibility) => {
    const on = (...addresses: string[]) =>
      judgeOn({ name: named({ entry: 'eu' }), addresses, visibility }).standings.entry.blocked;
    expect(on('20.0.0.1 range:DE', '20.0.0.2 geoip:FR')).toBe(false);
    expect(on('20.0.0.1 range:DE', '20.0.0.2 range:US')).toBe(true);
    expect(on('20.0.0.1 range:eea')).toBe(true);
    expect(on('20.0.0.1')).toBe(true);
    expect(on('20.0.0.1 anycast:anycast')).toBe(true);
    expect(on('20.0.0.1 range:DE! geoip:DE')).toBe(true);
  });

  it('do not block a name that is documented to be served from anywhere', () => {
    const name = named({ entry: 'DE' }, { servedFromAnywhere: true });
    const judged = judgeOn({ name, addresses: ['20.0.0.1 range:US'], visibility: 'opaque' });
    expect(contradictions(judged)).toEqual(['endpoint-name cloud-range entry']);
  });

  it('block the facets that follow entry with it', () => {
    const judged = judgeOn({ name: named({ entry: 'DE' }), addresses: ['20.0.0.1 range:US'], visibility: 'opaque' });
    expect(FACETS.map((facet) => judged.standings[facet].blocked)).toEqual([true, true, true]);
  });
});

describe('judge() stale evidence', () => {
  it('sets stale only when it would have decided', () => {
    expect(judgeOn({ addresses: ['20.0.0.1 range:DE!'] }).judgement.stale).toBe(true);
    expect(judgeOn({ addresses: ['20.0.0.1 range:DE geoip:US!'] }).judgement.stale).toBe(false);
    expect(judgeOn({ addresses: ['20.0.0.1 range:US!'], statements: [statement('DE')] }).judgement.stale).toBe(false);
  });

  it('leaves what stands behind it to prove outside only', () => {
    const { standings } = judgeOn({ addresses: ['20.0.0.1+ range:US! geoip:DE'] });
    expect(standings.entry).toMatchObject({ outsideOnly: true, stale: true, place: { label: 'DE' } });
    const winner: Evidence | undefined = standings.entry.winner;
    expect(winner?.kind).toBe('geoip');
  });
});
