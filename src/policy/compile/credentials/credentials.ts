import type { CredentialUses } from '../../../core/exchange/decision.ts';
import type { Injection } from '../../../core/exchange/injection.ts';
import type { DestinationId } from '../../../core/ids.ts';
import { parseDuration } from '../../../core/units.ts';
import type { CompiledCredential } from '../../model.ts';
import type { CredentialText } from '../../schema/credentials.ts';
import { didYouMean } from '../../text/nearest.ts';
import type { Spot } from '../../reading/spot.ts';
import type { Scope } from '../scope.ts';
import { clientCredentials } from './client-credentials.ts';
import { accept, readPaths } from '../texts.ts';

/** The declared credentials; destinations that do not exist are reported. */
export function compileCredentials(scope: Scope): readonly CompiledCredential[] {
  const { destinations } = scope.sections.declared;
  return scope.sections.credentials.map(({ id, text, spot }) => {
    for (const [index, destination] of text.for.entries()) {
      if (destinations.has(destination)) continue;
      spot
        .at('for', index)
        .error(`Found "${destination}", expected the id of a destination`, didYouMean(destination, destinations.keys()));
    }
    const paths = text.paths && readPaths(text.paths, spot.at('paths'));
    const uses = text.uses && readUses(text.uses, spot.at('uses'));
    return {
      id,
      for: text.for as DestinationId[],
      injection: injectionOf(text.inject, spot.at('inject'), scope),
      ...(text.methods !== undefined && { methods: new Set(text.methods) }),
      ...(paths !== undefined && { paths }),
      ...(uses !== undefined && { uses }),
      asksForPlaceholder: text.require === 'placeholder',
    };
  });
}

function readUses({ most, every, per }: NonNullable<CredentialText['uses']>, spot: Spot): CredentialUses | undefined {
  const time = accept(parseDuration(every), spot.at('every'));
  if (time === 0) spot.at('every').error('Found 0, expected a time longer than that');
  return time === undefined ? undefined : { most, every: time, per };
}

function injectionOf(inject: CredentialText['inject'], spot: Spot, scope: Scope): Injection {
  if ('bearer' in inject) return { by: 'field', name: 'authorization', template: 'Bearer {}' };
  if ('header' in inject) return { by: 'field', name: inject.header.toLowerCase(), template: inject.value };
  if ('query' in inject) return { by: 'query', name: inject.query };
  if ('basic' in inject) return { by: 'basic', user: inject.basic };
  if ('aws-sigv4' in inject) return { by: 'aws-sigv4', ...inject['aws-sigv4'] };
  return { by: 'oauth2', grant: clientCredentials(inject.oauth2, spot.at('oauth2'), scope) };
}
