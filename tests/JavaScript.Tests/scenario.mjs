// Pushes messages and receives them, in one process. NodeScenarioTests starts it, kills LocalHost while it runs and reads its output: a line of JSON for
// each message that the client received and for each state of the subscription. The script stops when its standard input ends.
import { once } from 'node:events';
import { push, subscribe } from '../../clients/js/src/index.js';

const [url, functionKey, rcpt, count] = process.argv.slice(2);
const print = line => console.log(JSON.stringify(line));

// The client logs errors here; all of them are caused on purpose.
console.error = () => {};

const stop = subscribe({
  url,
  rcpt,
  lease: 5,
  getToken: async signal => {
    const response = await fetch(`${url}/token?rcpt=${rcpt}&ttl=60`, { method: 'POST', headers: { 'x-functions-key': functionKey }, signal });
    if (!response.ok) {
      throw new Error(`No token: ${response.status}`);
    }

    return (await response.json()).token;
  },
  onMessage: ({ text, deliveries }) => {
    if (Number(text) % 10 === 3 && deliveries === 1) {
      throw new Error(`${text} fails at first`);
    }

    print({ received: Number(text) });
  },
  onState: print,
});

for (let number = 0; number < count; number++) {
  const message = { url, rcpt, functionKey, body: String(number), key: `key-${number}`, attempts: 1000 };
  await push(message);
  if (number % 10 === 5) {
    // Push again with the same key, like a sender that does not know whether its first push arrived.
    await push(message);
  }
}

print({ pushed: Number(count) });
process.stdin.resume();
await once(process.stdin, 'end');
await stop();
