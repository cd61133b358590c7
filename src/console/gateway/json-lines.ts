/** The values of an answer that gives one a line, as they come. Throws where it breaks off, or a line is no JSON. */
export async function* jsonLines(content: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator {
  let rest = '';
  const reader = content.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '') throw new Error('Found a line without an end');
}
