import type { OpenAPIV3_1 } from 'openapi-types';

/** The description as a page that needs no script. */
export function docsPage(document: OpenAPIV3_1.Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) => {
      const operation = item?.[method];
      return operation === undefined ? [] : [operationSection(method, path, operation)];
    }),
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(document.info.title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/docs/style.css"></head>
<body><main><h1>${escaped(document.info.title)}</h1>
<p>${escaped(document.info.description ?? '')} For programs: <a href="/openapi.json">openapi.json</a>.</p>
${operations.join('\n')}
</main></body></html>
`;
}

function operationSection(
  method: string,
  path: string,
  operation: OpenAPIV3_1.OperationObject & { 'x-roles'?: readonly string[] },
): string {
  const roles = operation['x-roles'];
  const { requestBody, responses } = operation;
  const body =
    requestBody !== undefined && 'content' in requestBody ? requestBody.content['application/json']?.schema : undefined;
  const answer = Object.entries(responses ?? {}).find(([status]) => status.startsWith('2'));
  const schema = answer !== undefined && 'content' in answer[1] ? answer[1].content?.['application/json']?.schema : undefined;
  return [
    `<section><h2><code>${method.toUpperCase()} ${escaped(path)}</code></h2>`,
    `<p>${escaped(operation.summary ?? '')}. ${roles === undefined ? 'For anyone.' : `For ${roles.join(', ')}.`}</p>`,
    ...(body === undefined ? [] : [details('Content', body)]),
    ...(schema === undefined ? [] : [details(`Answer ${answer?.[0]}`, schema)]),
    '</section>',
  ].join('\n');
}

function details(title: string, schema: unknown): string {
  return `<details><summary>${title}</summary><pre>${escaped(JSON.stringify(schema, undefined, 2))}</pre></details>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export const DOCS_STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
section { border-top: 1px solid #8886; padding: .5rem 0 }
h2 { font-size: 1rem; margin: .5rem 0 }
pre { overflow-x: auto; padding: .5rem; border: 1px solid #8886; border-radius: .25rem }
`;
