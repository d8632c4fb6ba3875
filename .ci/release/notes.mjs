// node notes.mjs <version> <repository>: prints a release's notes: a button that deploys it, and its part of CHANGELOG.md, read from
// standard input. A version before the release (1.2.0-rc.1) has what is unreleased, and no button: that deploys the latest release.
import { readFileSync } from 'node:fs';

const [version, repository] = process.argv.slice(2);
const title = version.includes('-') ? 'Unreleased' : version;
const parts = readFileSync(0, 'utf8').split(/^## /m).slice(1);
const part = parts.find(part => new RegExp(`^${title.replaceAll('.', '\\.')}( - \\d{4}-\\d\\d-\\d\\d)?\n`).test(part));
const changes = part?.slice(part.indexOf('\n')).trim();
if (!changes) {
  console.error(`CHANGELOG.md has nothing under "## ${title}${title === version ? ' - <date>' : ''}".`);
  process.exit(1);
}

if (repository && title === version) {
  // The portal fetches the template in the browser. A release's own files do not allow that to other origins, and this address does.
  const template = `${repository.replace('://github.com/', '://raw.githubusercontent.com/')}/azuredeploy/azuredeploy.json`;
  const portal = `https://portal.azure.com/#create/Microsoft.Template/uri/${encodeURIComponent(template)}`;
  console.log(`[![Deploy to Azure](https://aka.ms/deploytoazurebutton)](${portal})\n`);
}
console.log(changes);
