// Receives for two recipients behind a proxy that ends long requests, and pushes to them in turn. CutTests starts it and reads its output: a line of JSON
// for each poll that has ended, for each message that was handled, with the seconds since its push, and for each state. The script stops when its standard
// input ends.
import { once } from 'node:events';
import { push, subscribe } from '../../clients/js/src/index.js';

const [url, count, seconds] = process.argv.slice(2);
const recipients = ['one', 'two'];
const usualLease = 30;

// In seconds: what a message may take after a lease has ended, and what a busy machine may add.
const patience = 5 + 3;
const print = line => console.log(JSON.stringify(line));

// When each message was pushed, and within how many seconds it must be handled: it may first go to a poll that is cut, under that poll's lease.
const pushed = [];
let isLearnt = false;

const { fetch } = globalThis;
globalThis.fetch = async (address, init) => {
  const { pathname, searchParams } = new URL(address);
  if (!pathname.endsWith('/poll')) {
    return fetch(address, init);
  }

  const poll = { asked: Number(searchParams.get('timeout')), lease: Number(searchParams.get('lease')), isLimited: isLearnt };
  const answer = await fetch(address, init);
  print({ poll: answer.status, ...poll });
  if (answer.status === 504) {
    // The app still holds this poll and no other: it hands the next message to nobody.
    await send(searchParams.get('rcpt'), poll.lease);
  }

  return answer;
};

const stops = recipients.map(rcpt => subscribe({
  url,
  rcpt,
  onMessage: ({ id, text }) => {
    const { at, within } = pushed[text];
    print({ handled: Number(text), id, after: (performance.now() - at) / 1000, within });
  },
  onState: ({ state, reason = '' }) => {
    isLearnt ||= reason !== '';
    print({ rcpt, state, reason });
  },
}));

for (let number = 0; number < count; number++) {
  await send(recipients[number % recipients.length], usualLease);
  await new Promise(resolve => setTimeout(resolve, seconds * 1000));
}

print({ pushed: pushed.length });
process.stdin.resume();
await once(process.stdin, 'end');
await Promise.all(stops.map(stop => stop()));

async function send(rcpt, lease) {
  const body = String(pushed.push({ at: performance.now(), within: lease + patience }) - 1);
  await push({ url, rcpt, body });
}
