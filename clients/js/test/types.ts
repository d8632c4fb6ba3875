// What the types allow and forbid. package.test.js compiles it.
import {
  FuncCometError, longpoll, presence, push, recall, subscribe,
  type Accepted, type Message, type Presence, type PushFailure, type RecallFailure, type State,
} from 'funccomet';

const stop: () => void = longpoll('/api/poll?rcpt=alice', body => body.toUpperCase());
stop();

const unsubscribe: () => Promise<void> = subscribe({
  url: '/api',
  rcpt: 'alice',
  getToken: async signal => (await fetch('/token', { signal })).text(),
  onMessage: async (message: Message) => message.text ?? message.base64,
  onState: ({ state, leader, retryIn = 0 }: State) => `${state} ${leader} ${retryIn / 1000}`,
  signal: new AbortController().signal,
  lease: 60,
  renewFor: 600,
});
await unsubscribe();
subscribe({ url: '/api', rcpt: 'alice', onMessage: message => message.deliveries < 3 ? message.release(60) : message.release() });

const accepted: Accepted[] = await push({ url: 'https://app.example/api', rcpt: ['alice', 'bob'], body: { any: 'thing' }, key: 'k', functionKey: 'f' });
accepted.map(({ rcpt, id, expires, recall, handed }) => rcpt + id + expires + (handed ? '' : recall));
const asked: Accepted[] = await push({ url: '/api', rcpt: 'alice', delay: 60, presence: true });
const gone: boolean = asked[0].waiting === false;

const { recalled, delivered } = await recall(asked, { url: '/api', functionKey: 'f', attempts: 2 });
const one: Accepted[] = (await recall(asked[0], { url: '/api' })).recalled.concat(recalled, delivered);
const lost: Accepted[] = (undefined as unknown as RecallFailure).rest;

const present: Presence[] = await presence({ url: '/api', rcpt: ['alice', 'bob'], functionKey: 'f' });
present.filter(({ waiting, lastSeen }) => waiting || lastSeen === null);
export { gone, one, lost, present };

const error: unknown = undefined;
if (error instanceof FuncCometError && error.refused) {
  error.status.toFixed();
  error.problem?.detail.trim();
}

const { accepted: stored, rest, key } = error as PushFailure;
await push({ url: 'https://app.example/api', rcpt: rest, body: stored, key });

// @ts-expect-error: onMessage is missing.
subscribe({ url: '/api', rcpt: 'alice' });
// @ts-expect-error: a lease is in seconds.
subscribe({ url: '/api', rcpt: 'alice', onMessage: () => {}, lease: '60s' });
// @ts-expect-error: a body has no json.
longpoll('/api/poll?rcpt=alice', body => body.json());
// @ts-expect-error: there is no such state.
subscribe({ url: '/api', rcpt: 'alice', onMessage: () => {}, onState: ({ state }) => state === 'closed' });
