import type { Injection } from '../../core/exchange/injection.ts';
import type { DestinationId } from '../../core/ids.ts';
import type { CompiledCredential } from '../model.ts';
import type { CredentialText } from '../schema/credentials.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Scope } from './scope.ts';
import { readPaths } from './texts.ts';

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
    if ('oauth2' in text.inject) {
      spot.at('inject').warning('Found oauth2, which this version cannot fetch tokens with: requests that need it are denied');
    }
    return {
      id,
      for: text.for as DestinationId[],
      injection: injectionOf(text.inject),
      ...(text.methods !== undefined && { methods: new Set(text.methods) }),
      ...(paths !== undefined && { paths }),
      asksForPlaceholder: text.require === 'placeholder',
    };
  });
}

function injectionOf(inject: CredentialText['inject']): Injection {
  if ('bearer' in inject) return { by: 'field', name: 'authorization', template: 'Bearer {}' };
  if ('header' in inject) return { by: 'field', name: inject.header.toLowerCase(), template: inject.value };
  if ('query' in inject) return { by: 'query', name: inject.query };
  if ('basic' in inject) return { by: 'basic', user: inject.basic };
  return 'aws-sigv4' in inject ? { by: 'aws-sigv4', ...inject['aws-sigv4'] } : { by: 'oauth2' };
}
