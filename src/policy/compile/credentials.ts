import type { DestinationId } from '../../core/ids.ts';
import type { CompiledCredential } from '../model.ts';
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
    readPaths(text.paths ?? [], spot.at('paths'));
    return { id, for: text.for as DestinationId[] };
  });
}
