// node zip.mjs <folder or zip> <zip>: writes a zip of the same files that depends on nothing but their names and contents. Entries are
// sorted, and have one time and one set of rights. A NuGet package is packed again in this way: NuGet stamps it with the time.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';

// The zip format keeps the local time, so this is the same in every zone. It cannot keep an earlier year.
const time = new Date(1980, 0, 1);
const readable = 0o100644 << 16;

const [from, to] = process.argv.slice(2);
const files = statSync(from).isDirectory() ? ofFolder(from) : unzipSync(readFileSync(from));
const names = Object.keys(files).sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
writeFileSync(to, zipSync(Object.fromEntries(names.map(name => [name, [files[name], { mtime: time, os: 3, attrs: readable }]])), { level: 9 }));

function ofFolder(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return Object.fromEntries(entries.map(entry => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    return [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path)];
  }));
}
