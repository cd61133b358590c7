import { defineConfig, type OxlintOverride } from 'oxlint';
import { LAYERS } from './scripts/layers.ts';

const FOLDERS = LAYERS.map((layer) => layer.folder);

interface ImportPattern {
  readonly regex: string;
  readonly message: string;
}

/** Import patterns a folder must not use: every other folder that its row does not name, and for pure folders all I/O. */
function forbiddenImports(layer: (typeof LAYERS)[number]): ImportPattern[] {
  const allowed = new Set([layer.folder, ...layer.mayImport]);
  const others = allowed.has('*') ? [] : FOLDERS.filter((folder) => !allowed.has(folder));
  const patterns: ImportPattern[] = others.map((folder) => ({
    regex: `^(?:\\.\\./)+${folder}/`,
    message: `src/${layer.folder} may import ${layer.mayImport.join(', ') || 'nothing'} (scripts/layers.ts).`,
  }));
  if (layer.pure) {
    patterns.push({
      regex: '^(?:node:|undici|fastify|pino|maxmind)',
      message: `src/${layer.folder} is pure: no I/O (scripts/layers.ts).`,
    });
  }
  return patterns;
}

/** Globals that reach a clock, randomness, the process or the network. */
const IMPURE_GLOBALS = [
  'process',
  'Buffer',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'Date',
  'performance',
  'crypto',
];

function layerOverride(layer: (typeof LAYERS)[number]): OxlintOverride {
  return {
    files: [`src/${layer.folder}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': ['error', { patterns: forbiddenImports(layer) }],
      ...(layer.pure && { 'no-restricted-globals': ['error', ...IMPURE_GLOBALS] }),
    },
  };
}

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'promise'],
  // AssemblyScript looks like TypeScript, but is another language.
  ignorePatterns: ['src/**/assembly/**'],
  options: { typeAware: true },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/explicit-module-boundary-types': 'error',
    'typescript/consistent-type-imports': 'error',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'no-await-in-loop': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/no-array-for-each': 'off',
    'promise/always-return': 'off',
    'promise/no-multiple-resolved': 'off',
    'import/no-unassigned-import': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-return': 'off',
    complexity: ['error', 15],
    'max-depth': ['error', 4],
    'max-params': ['error', 5],
    'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  },
  overrides: [
    ...LAYERS.map(layerOverride),
    {
      files: ['test/**/*.ts'],
      rules: {
        'max-lines-per-function': 'off',
        'max-lines': ['error', { max: 700 }],
        'typescript/explicit-module-boundary-types': 'off',
      },
    },
    { files: ['src/core/units.ts'], rules: { 'no-restricted-globals': 'off' } },
  ],
});
