// Two readers of one mailbox, whose handlers take longer than a lease. SlowHandlerTests starts it and reads its output: a line of JSON for each message
// that a handler has begun and ended, and for each renewal by its outcome. The script stops when its standard input ends.
import { once } from 'node:events';
import { push, subscribe } from '../../clients/js/src/index.js';

const [url, rcpt, count, seconds] = process.argv.slice(2);
const print = line => console.log(JSON.stringify(line));

// The client logs errors here; all of them are caused on purpose.
console.error = () => {};

const { fetch } = globalThis;
globalThis.fetch = async (address, init) => {
  if (!address.includes('/lease?')) {
    return fetch(address, init);
  }

  try {
    const answer = await fetch(address, init);
    print({ renewal: answer.status });
    return answer;
  } catch (error) {
    print({ renewal: 0 });
    throw error;
  }
};

const handle = async ({ text, deliveries }) => {
  print({ began: Number(text), deliveries });
  await new Promise(resolve => setTimeout(resolve, seconds * 1000));
  print({ ended: Number(text) });
};

const stops = [1, 2].map(() => subscribe({ url, rcpt, lease: 5, onMessage: handle }));
for (let number = 0; number < count; number++) {
  await push({ url, rcpt, body: String(number), attempts: 1000 });
}

process.stdin.resume();
await once(process.stdin, 'end');
await Promise.all(stops.map(stop => stop()));
