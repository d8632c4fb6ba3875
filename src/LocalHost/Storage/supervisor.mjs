// Runs Azurite for LocalHost and the tests, so that it is stopped last and always by SIGTERM, which lets it save its index:
// - detached, hence in a process group of its own: a terminal's Ctrl-C does not reach it while leases are still given back;
// - it is stopped when this script's standard input closes, that is also when whoever started it was killed.
// Arguments: Azurite's own. Its output is passed on; the exit code is Azurite's (0 after a stop that was asked for).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const azurite = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
const preload = new URL('close-connections.mjs', import.meta.url).href;
const child = spawn(process.execPath, ['--import', preload, azurite, ...process.argv.slice(2)], {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
});

let asked = false;
function stop() {
  asked = true;
  child.kill('SIGTERM');
}

process.on('SIGINT', () => {}); // the terminal's: LocalHost gets it as well and closes our input in its own time
process.on('SIGTERM', stop);
process.stdin.on('close', stop).resume();
child.on('exit', (code, signal) => process.exit(asked ? 0 : code ?? (signal ? 1 : 0)));
child.on('error', (error) => {
  console.error(`Azurite could not be started: ${error.message}`);
  process.exit(1);
});
