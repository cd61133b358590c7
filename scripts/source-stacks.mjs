// As in fresh-program.mjs: an import takes longer.
const { readFileSync } = process.getBuiltinModule('node:fs');
const { SourceMap } = process.getBuiltinModule('node:module');
const { fileURLToPath } = process.getBuiltinModule('node:url');

/** The map of each bundled file that was asked for, by its URL; undefined where there is none. */
const maps = new Map();

/**
 * Has stack traces name the sources of bundled files. Node does that too (`setSourceMapsEnabled`), but reads the map of each
 * file when it loads it, a tenth of a start, while a map is needed when something fails. What has no map stays as it is.
 * @param {URL} program where the bundled files are
 */
export function nameSourcesInStacks(program) {
  Error.prepareStackTrace = (error, calls) =>
    [title(error), ...calls.map((call) => `    at ${located(call, program)}`)].join('\n');
}

/**
 * As V8 begins a stack trace; what is thrown may have any form.
 * @param {Error} error
 */
function title(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

/**
 * @param {NodeJS.CallSite} call
 * @param {URL} program
 */
function located(call, program) {
  const text = String(call);
  const file = call.getScriptNameOrSourceURL?.() ?? call.getFileName();
  const [line, column] = [call.getLineNumber(), call.getColumnNumber()];
  if (file == null || line == null || column == null || !file.startsWith(program.href)) return text;
  // Both count from 0 in a map.
  const origin = mapOf(file)?.findEntry(line - 1, column - 1);
  if (origin === undefined || !('originalSource' in origin)) return text;
  const source = new URL(origin.originalSource, file).href;
  return text.replace(`${file}:${line}:${column}`, `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`);
}

/** @param {string} file */
function mapOf(file) {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
}

/** @param {string} file */
function readMap(file) {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
