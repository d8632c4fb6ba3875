import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import * as funccomet from 'funccomet';

const folder = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));

test('is under 9.5 kB, minified and gzipped', async context => {
  const stdin = { contents: "export * from 'funccomet'", resolveDir: folder };
  const { outputFiles: [bundle] } = await build({ stdin, bundle: true, minify: true, format: 'esm', write: false });
  const size = gzipSync(bundle.contents, { level: 9 }).length;

  context.diagnostic(`${bundle.contents.length} bytes minified, ${size} gzipped`);
  assert.ok(size < 9500, `${size} bytes`);
});

test('contains the expected files', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
  const [{ name, version, files }] = JSON.parse(packed);

  assert.equal(name, 'funccomet');
  assert.equal(version, manifest.version);
  assert.deepEqual(files.map(({ path }) => path).sort(), [
    'LICENSE',
    'README.md',
    'package.json',
    'src/body.js',
    'src/connections.js',
    'src/failures.js',
    'src/http.js',
    'src/inbox.js',
    'src/index.d.ts',
    'src/index.js',
    'src/leases.js',
    'src/limited.js',
    'src/limits.js',
    'src/longpoll.js',
    'src/mailbox.js',
    'src/options.js',
    'src/polling.js',
    'src/presence.js',
    'src/push.js',
    'src/recall.js',
    'src/receipts.js',
    'src/retry.js',
    'src/shared.js',
    'src/subscribe.js',
    'src/tabs.js',
    'src/tokens.js',
    'src/watch.js',
  ]);
});

test('its README links only to files in the package', () => {
  const links = [...readFileSync(`${folder}README.md`, 'utf8').matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link);

  assert.deepEqual(links.filter(link => !/^src\//.test(link)), []);
});

test('has no dependencies', () => {
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.type, 'module');
});

test('its types fit its code and a user’s code', () => {
  const compiler = fileURLToPath(new URL('bin/tsc', new URL('package.json', import.meta.resolve('typescript/package.json'))));
  try {
    execFileSync(process.execPath, [compiler, '--project', folder], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(`tsc:\n${error.stdout}`);
  }
});

test('exports what its types declare', () => {
  const declared = [...readFileSync(`${folder}src/index.d.ts`, 'utf8').matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);

  assert.deepEqual(Object.keys(funccomet).sort(), declared.sort());
});

test('its license is the repository’s', () => {
  assert.equal(readFileSync(`${folder}LICENSE`, 'utf8'), readFileSync(`${folder}../../LICENSE`, 'utf8'));
});
