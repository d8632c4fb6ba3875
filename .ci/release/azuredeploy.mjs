// node azuredeploy.mjs <zip's address>: reads the compiled template, and prints it with the address as the package that it deploys.
import { readFileSync } from 'node:fs';

const template = JSON.parse(readFileSync(0, 'utf8'));
template.parameters.packageUri.defaultValue = process.argv[2];
console.log(JSON.stringify(template, null, 2));
