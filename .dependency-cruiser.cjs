/**
 * The house rule: nothing imports what stands below it in this list, tests included. What is shipped
 * obeys the narrower rules that follow; tests may also use what stands above them, and test packages.
 */
const HOUSE = [
  'spec',
  'model',
  'hardware',
  'kernels',
  'trees',
  'properties',
  'labs',
  'cli',
  'explorer',
  'bench',
];

const TEST = '\\.test\\.ts$';
const SHIPPED = '^(index\\.ts$|(spec|model|hardware|kernels|trees|properties|cli)/)';

/** `folder` imports nothing but what matches one of `allowed` (and, in tests, what the house allows). */
const only = (folder, allowed, comment) => ({
  name: `${folder}-imports-only`,
  comment,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: TEST },
  to: { pathNot: [`^${folder}/`, ...allowed] },
});

const npm = (name) => `^node_modules/${name}/`;

module.exports = {
  forbidden: [
    ...HOUSE.slice(0, -1).map((folder, at) => ({
      name: `house-order-${folder}`,
      comment: `${folder}/ imports nothing that stands below it in the house.`,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: { path: `^(${HOUSE.slice(at + 1).join('|')})/` },
    })),
    only(
      'spec',
      [],
      'The specification depends on nothing: no folder, no package, no Node module.',
    ),
    only(
      'model',
      ['^spec/', npm('immer'), npm('ts-pattern')],
      'The model knows the specification and nothing of the implementation that it judges.',
    ),
    only('hardware', ['^spec/'], 'The machine is plain TypeScript: no packages, no Node modules.'),
    only(
      'kernels',
      ['^spec/', '^hardware/'],
      'A kernel knows the machine and the ABI, never the model or the properties that judge it.',
    ),
    only(
      'trees',
      [
        npm('@hpcc-js/wasm-graphviz'),
        npm('fzstd'),
        npm('xz-decompress'),
        '^(node:)?(fs|os|path|stream|zlib)',
      ],
      'What reads a real kernel’s modules knows nothing of simulated ones: files in, facts out.',
    ),
    {
      name: 'layers-know-no-other',
      comment: 'A layer imports no file of another: it knows the interface of the one below it.',
      severity: 'error',
      from: { path: '^kernels/layered/the/(\\d)-', pathNot: TEST },
      to: { path: '^kernels/layered/the/\\d-', pathNot: '^kernels/layered/the/$1-' },
    },
    {
      name: 'layers-are-given-the-machine',
      comment:
        'A layer is given what it reaches: it imports the contract of layers, and services that it hosts.',
      severity: 'error',
      from: { path: '^kernels/layered/the/', pathNot: TEST },
      to: {
        path: '^(kernels|hardware)/',
        pathNot: '^kernels/(layered/the/|layered/link/(contract|own)\\.ts$|services/)',
      },
    },
    {
      name: 'no-way-round-through-index',
      comment: 'The inside of the house imports files of the house, not its public face.',
      severity: 'error',
      from: { path: '^(spec|model|hardware|kernels|trees|properties)/', pathNot: TEST },
      to: { path: '^index\\.ts$' },
    },
    {
      name: 'public-face',
      comment: 'index.ts re-exports the library; the command is not part of it.',
      severity: 'error',
      from: { path: '^index\\.ts$' },
      to: { pathNot: '^(spec|model|hardware|kernels|trees|properties)/' },
    },
    {
      name: 'students-import-kernelcheck',
      comment:
        "What a student reads imports the library by its name ('kernelcheck') and nothing else.",
      severity: 'error',
      from: { path: '^(examples|labs)/', pathNot: TEST },
      to: { pathNot: '^index\\.ts$' },
    },
    {
      name: 'nobody-imports-bench-or-cli',
      comment: 'The command and the benchmarks are ends: nothing but themselves imports them.',
      severity: 'error',
      from: { pathNot: '^(cli|bench)/' },
      to: { path: '^(cli|bench)/' },
    },
    {
      name: 'bench-does-not-import-cli',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^cli/' },
    },
    {
      name: 'not-to-test',
      comment: 'A test is an end: what two tests share is a file of its own.',
      severity: 'error',
      from: {},
      to: { path: TEST },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'What is shipped runs with the runtime dependencies alone.',
      severity: 'error',
      from: { path: SHIPPED, pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'not-undeclared',
      comment: 'Every package that is imported stands in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^(dist|coverage|\\.kernelcheck|\\.ci)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
