// Runs the example's page with a browser's answers, and prints what it registers, asks for and sends.
import { readFile } from 'node:fs/promises';

const [script, permission, subscription] = process.argv.slice(2);
const done = { sent: [] };
const pushManager = {
  subscribe: async options => {
    done.options = options;
    return { toJSON: () => JSON.parse(subscription) };
  },
};
let activate;
const serviceWorker = {
  // As in a browser, a registration that is new cannot be subscribed, and `ready` waits for one.
  register: async url => {
    done.registered = url;
    activate({ pushManager });
    return {};
  },
  ready: new Promise(resolve => { activate = resolve; }),
};
Object.defineProperty(globalThis, 'navigator', { value: { serviceWorker } });
globalThis.Notification = { requestPermission: async () => permission };
globalThis.fetch = async (url, { method, body }) => {
  done.sent.push({ url, method, body });
  return new Response(null, { status: 204 });
};

const { subscribeToWakeUps } = await import(`data:text/javascript,${encodeURIComponent(await readFile(script, 'utf8'))}`);
done.result = await subscribeToWakeUps('the public key');
console.log(JSON.stringify(done));
