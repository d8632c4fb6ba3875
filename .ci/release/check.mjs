// node check.mjs <folder> <version> <path>: checks what `build` has made. No file may contain the path of the clone that it was
// built in.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';

const [folder, version, path] = process.argv.slice(2);
const findings = [];
const check = (holds, finding) => holds || findings.push(finding);

// The largest sizes, about a third above those of version 0.1.0. If something outgrows its size for a good reason, change it here.
const largest = {
  'funccomet-functions.zip': 11_000_000,
  'funccomet-functions.sbom.json': 200_000,
  'azuredeploy.json': 300_000,
  [`FuncComet.Client.${version}.nupkg`]: 350_000,
  [`FuncComet.Cli.${version}.nupkg`]: 1_900_000,
  [`funccomet-${version}.tgz`]: 40_000,
};

// Nothing else belongs into the app: no settings, which may have secrets, and no documentation.
const appFiles = /^(\.azurefunctions\/[\w.]+\.(dll|pdb|deps\.json)|[\w.]+\.dll|FuncComet\.[\w.]+\.pdb|FuncComet\.Functions(\.deps\.json|\.runtimeconfig\.json)?|extensions\.json|functions\.metadata|host\.json|worker\.config\.json|version\.txt)$/;
const appNeeds = ['FuncComet.Functions.dll', 'FuncComet.Functions.Http.dll', 'FuncComet.Core.dll', 'FuncComet.Functions.deps.json', 'extensions.json', 'functions.metadata', 'host.json', 'worker.config.json', 'version.txt'];

// A library that is compiled ahead for Linux on x64 names that machine: IMAGE_FILE_MACHINE_AMD64, changed by a value for the system.
const linuxX64 = 0x8664 ^ 0x7B79;

const licences = ['Apache-2.0', 'BSD-3-Clause', 'MIT'];
// Packages that give an address instead of an SPDX name. Those of the last one are old and contain nothing that is released.
const licencesByAddress = {
  'https://github.com/dotnet/corefx/blob/master/LICENSE.TXT': 'MIT',
  'https://raw.githubusercontent.com/HdrHistogram/HdrHistogram.NET/master/LICENSE.txt': 'BSD-2-Clause or CC0-1.0',
  'http://go.microsoft.com/fwlink/?LinkId=329770': 'Microsoft .NET library',
};

const files = Object.fromEntries(Object.keys(largest).map(name => [name, readFileSync(join(folder, name))]));
for (const [name, bytes] of Object.entries(files)) {
  console.log(`${name}: ${bytes.length} bytes, at most ${largest[name]}`);
  check(bytes.length <= largest[name], `${name} has ${bytes.length} bytes, more than ${largest[name]}`);
}

const app = unzipSync(files['funccomet-functions.zip']);
for (const name of Object.keys(app)) check(appFiles.test(name), `the app must not contain ${name}`);
for (const name of appNeeds) check(name in app, `the app has no ${name}`);
for (const name of appNeeds.filter(name => name.endsWith('.dll'))) {
  const library = Buffer.from(app[name] ?? []);
  check(library.length > 64 && library.readUInt16LE(library.readUInt32LE(0x3c) + 4) === linuxX64, `${name} is not compiled ahead for linux-x64`);
}

const texts = { ...app, ...unpacked(`FuncComet.Client.${version}.nupkg`), ...unpacked(`FuncComet.Cli.${version}.nupkg`) };
texts[`funccomet-${version}.tgz`] = gunzipSync(files[`funccomet-${version}.tgz`]);
texts['azuredeploy.json'] = files['azuredeploy.json'];
for (const [name, bytes] of Object.entries(texts)) {
  const text = Buffer.from(bytes).toString('latin1');
  check(!text.includes(path), `${name} contains the path ${path}`);
}

for (const name of Object.keys(texts).filter(name => name.endsWith('.nuspec'))) {
  const nuspec = Buffer.from(texts[name]).toString();
  check(nuspec.includes(`<version>${version}</version>`), `${name} has another version than ${version}`);
  check(nuspec.includes('<license type="expression">MIT</license>'), `${name} has another licence than MIT`);
}
check(texts[`funccomet-${version}.tgz`].includes(`"version": "${version}"`), `the npm package has another version than ${version}`);

for (const name of readdirSync(folder).filter(name => name.endsWith('.sbom.json'))) {
  const { components } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  check(components.length > 0, `${name} names no package`);
  for (const { name: dependency, version: of, licenses = [] } of components) {
    const allowed = licenses.length > 0 && licenses.every(({ license, expression }) => licences.includes(license?.id ?? expression) || license?.url in licencesByAddress);
    check(allowed, `${dependency} ${of} has a licence that is not on the list in .ci/release/check.mjs: ${JSON.stringify(licenses)}`);
  }
  console.log(`${name}: the licences of ${components.length} packages are on the list`);
}

for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;

function unpacked(name) {
  return Object.fromEntries(Object.entries(unzipSync(files[name])).map(([entry, bytes]) => [`${name}/${entry}`, bytes]));
}
