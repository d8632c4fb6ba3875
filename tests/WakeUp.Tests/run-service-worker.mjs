// Runs the example's service worker as a browser does when a call comes, and prints the notifications that it shows and its error, if any.
import { readFile } from 'node:fs/promises';
import vm from 'node:vm';

const [script, functions, call] = process.argv.slice(2);
const shown = [];
let listener;
const self = {
  addEventListener: (type, added) => { listener = type === 'push' ? added : listener; },
  registration: { showNotification: async (title, options) => { shown.push({ title, ...options }); } },
};
const relative = async (url, init) => url === '/my-token' ? new Response('no token needed') : fetch(new URL(url, functions), init);
vm.runInNewContext(await readFile(script, 'utf8'), { self, fetch: relative });

let work;
listener({ data: { json: () => JSON.parse(call) }, waitUntil: promise => { work = promise; } });
let failure;
await work.catch(error => { failure = error.message; });
console.log(JSON.stringify({ shown, failure }));
