import { CLASSES, DIGIT, WORD } from '../characters/byte-classes.ts';

/**
 * A little of everything that agents send: prose, code, JSON, logs. How often pairs of characters are met in it decides which
 * of them places are told by; a bad guess costs time, never a value.
 */
const TYPICAL = [
  'The gateway answered after a while, and the team looked at what had happened in the night before the release was made. It ',
  'turned out that the configuration of the second node had never been loaded, since its path was wrong. You are a helpful ',
  'assistant. Please summarise the following document and return a list of the most important points; keep the answer short. ',
  'We should be able to use this for every customer, although some of their questions are about other products. Thank you for ',
  'your message, I have checked the order and it will arrive within the next three days. Could you tell me which version you ',
  'are using, and whether the problem is still there when you restart the service? ',
  '{"model":"gpt-4","messages":[{"role":"user","content":"Write a function that sorts a list"}],"temperature":0.7,"stream":true}',
  '{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1700000000,"choices":[{"index":0,"delta":{"content":" the"}}]}',
  '\n\n```ts\nexport function targetOf(request: Request): Target | undefined {\n  const { host, port } = request.authority;\n',
  '  if (host === undefined) return undefined;\n  for (const rule of this.rules) {\n    if (rule.matches(host)) return rule;\n  }\n}\n',
  "import { readFile } from 'node:fs/promises';\nasync function main() {\n  const data = await readFile(path, 'utf8');\n  ",
  'console.log(JSON.stringify(data, null, 2));\n}\ndef load_config(self, name: str) -> dict:\n    with open(name) as file:\n        ',
  'return json.load(file)\nfunc (s *Server) Handle(w http.ResponseWriter, r *http.Request) error {\n\tif err != nil {\n\t\treturn err\n',
  '<div class="container"><a href="https://www.example.com/docs/index.html">Read more</a></div>\n.btn-primary { color: #fff; }\n',
  '2026-11-14T12:30:45.123Z info Server started on port 8080 request_id=4f9a2c duration_ms=12 status=200 method=get path=/v1/items\n',
  'select id, name, created_at from users where status = \'active\' order by created_at desc limit 10;\nexport PATH="$HOME/bin:$PATH"\n',
  'dependencies:\n  - name: redis\n    version: "7.2"\n    enabled: true\n  replicas: 3\n## Usage\n\n1. Install the package\n2. Run `npm start`\n',
].join('');

/** Pairs per thousand characters. */
const PAIRS: Float64Array = countPairs();
/** Characters per thousand. */
const SINGLES: Float64Array = countSingles();

function countPairs(): Float64Array {
  const counts = new Float64Array(65_536);
  for (let i = 0; i + 1 < TYPICAL.length; i++)
    counts[TYPICAL.charCodeAt(i) | (TYPICAL.charCodeAt(i + 1) << 8)]! += 1000 / TYPICAL.length;
  return counts;
}

function countSingles(): Float64Array {
  const counts = new Float64Array(256).fill(0.05);
  for (let i = 0; i < TYPICAL.length; i++) counts[TYPICAL.charCodeAt(i)]! += 1000 / TYPICAL.length;
  return counts;
}

/** How often a pair is met, roughly, per thousand characters. */
function frequencyOf(first: number, second: number): number {
  return PAIRS[first | (second << 8)]! + (SINGLES[first]! * SINGLES[second]! * together(first, second)) / 4000;
}

const OF_SETS = new WeakMap<Uint8Array, WeakMap<Uint8Array, number>>();

/** The same for all pairs of two sets of bytes; 1 stands for a byte that is in one. */
export function frequencyOfSets(first: Uint8Array, second: Uint8Array): number {
  let known = OF_SETS.get(first);
  if (known === undefined) OF_SETS.set(first, (known = new WeakMap()));
  let sum = known.get(second);
  if (sum !== undefined) return sum;
  sum = 0;
  for (let a = 0; a < 256; a++) {
    if (first[a] === 0) continue;
    for (let b = 0; b < 256; b++) if (second[b] === 1) sum += frequencyOf(a, b);
  }
  known.set(second, sum);
  return sum;
}

/** Letters of different case, and letters beside digits, meet more seldom than their numbers say. */
function together(first: number, second: number): number {
  const a = CLASSES[first]! & WORD;
  const b = CLASSES[second]! & WORD;
  if (a === 0 || b === 0 || a === b) return 1;
  return ((a | b) & DIGIT) === 0 ? 0.2 : 0.3;
}
