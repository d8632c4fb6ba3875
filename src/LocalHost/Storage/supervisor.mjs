// Runs Azurite's queue service for LocalHost and the tests, so that it is stopped last and always by SIGTERM, which lets it save its index:
// - detached, hence in a process group of its own: a terminal's Ctrl-C does not reach it while leases are still given back;
// - it is stopped when the standard input of this script closes, which also happens when the process that started it is killed.
// Arguments: Azurite's own. Its output is passed on; the exit code is Azurite's (0 after a stop that was asked for).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const azurite = createRequire(import.meta.url).resolve('azurite/dist/src/queue/main.js');
const preload = new URL('azurite-server.mjs', import.meta.url).href;
const child = spawn(process.execPath, ['--import', preload, azurite, ...process.argv.slice(2)], {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
});

let asked = false;
process.stdin.on('close', () => {
  asked = true;
  child.kill('SIGTERM');
}).resume();

// What the terminal or a service manager sends to the whole group reaches LocalHost too, which closes our input when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
  process.on(signal, () => {});
}

child.on('exit', (code, signal) => process.exit(asked ? 0 : code ?? (signal ? 1 : 0)));
child.on('error', (error) => {
  console.error(`Azurite could not be started: ${error.message}`);
  process.exit(1);
});
