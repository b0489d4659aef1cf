/** Who may import whom. The table stands in docs/architecture.md; each rule here says why. */
const packages = '^packages/(core|adapters|media)/src/';

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no order in which to read it.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-imports-nothing',
      severity: 'error',
      comment: 'The core is plain data and functions: everything else may depend on it.',
      from: { path: '^packages/core/src/' },
      to: { path: '^(packages/(adapters|media)|workers|apps|bench|e2e|scripts)/' },
    },
    {
      name: 'core-needs-zod-alone',
      severity: 'error',
      comment: 'Whatever the core needs, everybody carries.',
      from: { path: '^packages/core/src/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
    {
      name: 'media-imports-core-alone',
      severity: 'error',
      comment: 'Planners and readers of media know no engine.',
      from: { path: '^packages/media/src/' },
      to: { path: '^(packages/adapters|workers|apps|bench|e2e|scripts)/' },
    },
    {
      name: 'adapters-import-core-alone',
      severity: 'error',
      comment: 'Engines know no media and no business.',
      from: { path: '^packages/adapters/src/' },
      to: { path: '^(packages/media|workers|apps|bench|e2e|scripts)/' },
    },
    {
      name: 'workers-are-handed-their-ports',
      severity: 'error',
      comment: 'A handler that opens an engine of its own cannot be tested, or run on another.',
      from: { path: '^workers/[^/]+/', pathNot: '^workers/test/' },
      to: { path: '^(packages/adapters|apps|bench|e2e|scripts)/' },
    },
    {
      name: 'workers-do-not-import-each-other',
      severity: 'error',
      comment: 'Any of them may run in a process of its own.',
      from: { path: '^workers/(?!runtime/|test/)([^/]+)/' },
      to: { path: '^workers/[^/]+/', pathNot: ['^workers/runtime/', '^workers/$1/'] },
    },
    {
      name: 'runtime-knows-no-worker',
      severity: 'error',
      comment: 'The consume loop is the same for all.',
      from: { path: '^workers/runtime/' },
      to: { path: '^workers/(?!runtime/)[^/]+/' },
    },
    {
      name: 'web-touches-no-media',
      severity: 'error',
      comment: 'The site never processes media itself.',
      from: { path: '^apps/web/' },
      to: { path: '^packages/media/' },
    },
    {
      name: 'web-opens-engines-in-its-container',
      severity: 'error',
      comment: 'Pages and routes see ports, so that another engine changes none of them.',
      from: {
        path: '^apps/web/(app|components|view|server)/',
        pathNot: '^apps/web/server/(container|engine-host|make-host|place-serverless|start)\\.ts$',
      },
      to: {
        path: '^packages/adapters/src/',
        pathNot: '^packages/adapters/src/(disk-http|disk-signing|relay-http)\\.ts$',
      },
    },
    {
      name: 'nothing-imports-the-apps',
      severity: 'error',
      comment: 'Apps stand at the top.',
      from: { path: `${packages}|^workers/` },
      to: { path: '^apps/' },
    },
    {
      name: 'nothing-imports-deployments',
      severity: 'error',
      comment: 'What describes machines knows the product, and not the other way round.',
      from: { pathNot: '^(deploy|scripts|e2e)/' },
      to: { path: '^deploy/' },
    },
    {
      name: 'others-through-their-exports',
      severity: 'error',
      comment: 'A path into another workspace passes by what it exports.',
      from: { path: '^(packages/[^/]+|workers|apps/[^/]+|bench|e2e|deploy/[^/]+)/' },
      to: {
        path: '^(packages/[^/]+|workers|apps/[^/]+)/',
        pathNot: '^$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['npm', 'aliased', 'aliased-workspace'],
      },
    },
    {
      name: 'tools-start-in-one-place',
      severity: 'error',
      comment: 'Limits, protocols and a clean environment are set where tools are started, and nowhere else.',
      from: {
        path: '^(packages|workers|apps)/',
        pathNot: [
          '/test/',
          '^packages/media/src/run-tool\\.ts$',
          '^apps/web/server/build\\.ts$',
          '^workers/runtime/npm\\.ts$',
        ],
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      comment: 'An import that leads nowhere.',
      from: {},
      // The house on AWS has packages of its own, which need not be there.
      to: { couldNotResolve: true, pathNot: ['\\.css$', '^(aws-cdk-lib|cdk-nag|constructs)(/|$)'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|\\.next|tmp)/' },
    // Its own reading of TypeScript needs a compiler older than ours.
    parser: 'swc',

    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
