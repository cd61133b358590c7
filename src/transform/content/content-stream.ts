import { finished, pipeline, type Readable } from 'node:stream';
import { FilteredContent } from './filtered-content.ts';
import { filterAlone, transformationStages, type Transformation } from './transformation.ts';

/**
 * The content as it leaves: codings undone, filtered, and coded again. A reader that stops, stops the source; what is in
 * between stays below 1 MiB. An error of the source or a `ContentError` of a stage ends what is returned.
 *
 * When that is destroyed, the source is let go of, paused, and left to its owner: destroying a request of Node takes the
 * connection along on which its answer has yet to go.
 *
 * @failure unreadable_content | content_too_large | overloaded | internal_error, in the `ContentError` it ends with
 */
export function transformedContent(source: Readable, transformation: Transformation): Readable {
  const content = connected(source, transformation);
  // Its reader has a listener of its own. An error that comes before there is a reader must not end the process.
  content.on('error', () => {});
  return content;
}

function connected(source: Readable, transformation: Transformation): Readable {
  const step = filterAlone(transformation);
  if (step !== undefined) return new FilteredContent(source, step);
  const stages = transformationStages(transformation);
  // Whatever goes wrong in one stage destroys all of them; the last is the one that is read.
  pipeline(stages, () => {});
  finished(source, { writable: false }, (error) => {
    if (error) stages[0].destroy(error);
  });
  source.pipe(stages[0]);
  return stages.at(-1)!;
}
