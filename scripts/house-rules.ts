import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MAX_LINES = 400;
/** Written by programs, or lists that would not be read better in pieces. */
const LONG_ALLOWED =
  /(^|\/)(package-lock\.json|openapi\.json|.*\.schema\.json)$|\.(test|contract)\.ts$|-contract\.ts$|^deploy\/monitoring\/grafana\/|\/golden\//;
/** The environment is read once, by the core; these only hand it on to a child, or speak to a tool about itself. */
const ENVIRONMENT_ALLOWED =
  /^(packages\/core\/src\/config\.ts|scripts\/|vitest\.config\.ts|apps\/web\/(next\.config|proxy|server\/(build|start))\.ts|e2e\/|bench\/|.*\/test\/)/;

const RULES: { what: string; pattern: RegExp; files: RegExp; except?: RegExp }[] = [
  {
    what: 'a note of work left over',
    pattern: new RegExp(`\\b(?:${['TO', 'FIX', 'XX'].join('|')})(?:DO|ME|X)\\b`),
    files: /\.(ts|tsx|mjs|css|md|json)$/,
  },
  {
    what: 'a test that is focused or left out',
    pattern: /\b(?:it|test|describe)\.(?:only|skip|todo)\b/,
    files: /\.ts$/,
  },
  {
    what: 'the environment, read outside core/config.ts',
    pattern: /process\.env\b/,
    files: /\.(ts|tsx)$/,
    except: ENVIRONMENT_ALLOWED,
  },
  {
    what: 'a path of one machine',
    pattern: /["'`( ](\/root\/|\/home\/\w|\/Users\/\w|[A-Z]:\\\\)/,
    files: /\.(ts|tsx|mjs|md|json|sh)$/,
  },
];

/** Rules of the house that no linter knows, held over every file of the repository. @returns what breaks them */
export function breaches(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  const found: string[] = [];
  for (const file of listed.split('\0').filter((name) => /\.(ts|tsx|mjs|css|md|json|sh)$/.test(name))) {
    let text: string;
    try {
      text = readFileSync(`${root}/${file}`, 'utf8');
    } catch {
      // Listed by git, removed since.
      continue;
    }
    const lines = text.split('\n');
    if (lines.length > MAX_LINES && !LONG_ALLOWED.test(file))
      found.push(`${file}: ${lines.length} lines; a file past ${MAX_LINES} is split`);
    if (file === 'package-lock.json' || file === 'scripts/house-rules.ts') continue;
    for (const { what, pattern, files, except } of RULES) {
      if (!files.test(file) || except?.test(file)) continue;
      lines.forEach((line, i) => {
        if (pattern.test(line)) found.push(`${file}:${i + 1}: ${what}`);
      });
    }
  }
  return found;
}
