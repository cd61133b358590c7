import type { Entity } from '../../../entity.ts';

/** Tokens of registries of packages and images. */
export const REGISTRY_TOKENS: readonly Entity[] = [
  {
    id: 'npm-token',
    groups: ['secrets'],
    title: 'npm access token',
    tokens: [{ pattern: 'npm_[A-Za-z0-9]{36}' }],
    context: [],
    source: 'npm documentation: About access tokens',
    specimens: [
      'log in with «npm_abcdefghijklmnopqrstuvwxyz0123456789»',
      '{"value": "«npm_hijklmnopqrstuvwxyz0123456789ABCDEFG»"}',
    ],
    counterExamples: [
      'npm_config_registry=https://registry.example',
      'npm_fghijklmnopqrstuvwxyz0123456789ABCD',
      'what begins with npm_ is one of these',
    ],
  },
  {
    id: 'pypi-token',
    groups: ['secrets'],
    title: 'PyPI upload token',
    tokens: [
      { pattern: 'pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1024}' },
      { pattern: 'pypi-AgENdGVzdC5weXBpLm9yZw[A-Za-z0-9_-]{50,1024}' },
    ],
    context: [],
    source: 'PyPI help: API tokens',
    specimens: [
      '{"value": "«pypi-AgEIcHlwaS5vcmcabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMN»"}',
      './run --with=«pypi-AgENdGVzdC5weXBpLm9yZwdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ» --quiet',
    ],
    counterExamples: [
      'pypi-AgEIcHlwaS5vcmcfghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQR',
      'what begins with pypi-AgEIcHlwaS5vcmc is one of these',
    ],
  },
  {
    id: 'rubygems-key',
    groups: ['secrets'],
    title: 'RubyGems API key',
    tokens: [{ pattern: 'rubygems_[a-f0-9]{48}' }],
    context: [],
    source: 'RubyGems guides: API key scopes',
    specimens: [
      './run --with=«rubygems_abcdef0123456789abcdef0123456789abcdef0123456789» --quiet',
      'it was «rubygems_123456789abcdef0123456789abcdef0123456789abcdef0», I think',
    ],
    counterExamples: ['rubygems_f0123456789abcdef0123456789abcdef0123456789abcd', 'what begins with rubygems_ is one of these'],
  },
  {
    id: 'nuget-key',
    groups: ['secrets'],
    title: 'NuGet API key',
    tokens: [{ pattern: 'oy2[a-z0-9]{43}' }],
    context: [],
    source: 'Microsoft Learn: Scoped API keys of NuGet',
    specimens: [
      'it was «oy2abcdefghijklmnopqrstuvwxyz0123456789abcdefg», I think',
      'X: «oy2hijklmnopqrstuvwxyz0123456789abcdefghijklmn»',
    ],
    counterExamples: ['oy2fghijklmnopqrstuvwxyz0123456789abcdefghijk', 'what begins with oy2 is one of these'],
  },
  {
    id: 'docker-token',
    groups: ['secrets'],
    title: 'Docker access token',
    tokens: [{ pattern: 'dckr_pat_[A-Za-z0-9_-]{27}' }, { pattern: 'dckr_oat_[A-Za-z0-9_-]{32}' }],
    context: [],
    source: 'Docker documentation: Personal access tokens; Organization access tokens',
    specimens: ['X: «dckr_pat_abcdefghijklmnopqrstuvwxyz0»', '("«dckr_oat_defghijklmnopqrstuvwxyz012345678»")'],
    counterExamples: ['dckr_pat_fghijklmnopqrstuvwxyz01234', 'what begins with dckr_pat_ is one of these'],
  },
  {
    id: 'crates-token',
    groups: ['secrets'],
    title: 'crates.io API token',
    tokens: [{ pattern: 'cio[A-Za-z0-9]{32}' }],
    context: [],
    source: 'crates.io: API tokens',
    specimens: ['("«cioabcdefghijklmnopqrstuvwxyz012345»")', 'log in with «ciohijklmnopqrstuvwxyz0123456789ABC»'],
    counterExamples: ['ciofghijklmnopqrstuvwxyz0123456789', 'what begins with cio is one of these'],
  },
  {
    id: 'packagist-token',
    groups: ['secrets'],
    title: 'Private Packagist token',
    tokens: [{ pattern: 'packagist_[a-z]{3}_[a-f0-9]{68}' }],
    context: [],
    source: 'Private Packagist documentation: API authentication',
    specimens: [
      'log in with «packagist_abc_abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd»',
      '{"value": "«packagist_hij_123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234»"}',
    ],
    counterExamples: [
      'packagist_fgh_f0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01',
      'what begins with packagist_ is one of these',
    ],
  },
  {
    id: 'clojars-token',
    groups: ['secrets'],
    title: 'Clojars deploy token',
    tokens: [{ pattern: 'CLOJARS_[a-z0-9]{60}' }],
    context: [],
    source: 'Clojars wiki: Deploy tokens',
    specimens: [
      '{"value": "«CLOJARS_abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwx»"}',
      './run --with=«CLOJARS_hijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01234» --quiet',
    ],
    counterExamples: [
      'CLOJARS_fghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01',
      'what begins with CLOJARS_ is one of these',
    ],
  },
  {
    id: 'jfrog-token',
    groups: ['secrets'],
    title: 'JFrog API key or reference token',
    tokens: [{ pattern: 'AKCp[A-Za-z0-9]{69}' }, { pattern: 'cmVmdGtuO[A-Za-z0-9]{55}' }],
    context: [],
    source: 'JFrog documentation: Access tokens',
    specimens: [
      './run --with=«AKCpabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg» --quiet',
      'it was «cmVmdGtuOdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUV», I think',
    ],
    counterExamples: [
      'AKCpfghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk',
      'what begins with AKCp is one of these',
    ],
  },
];
