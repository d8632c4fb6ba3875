// What the types allow and forbid. package.test.js compiles it.
import { FuncCometError, longpoll, push, subscribe, type Accepted, type Message, type PushFailure, type State } from 'funccomet';

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
});
await unsubscribe();

const accepted: Accepted[] = await push({ url: 'https://app.example/api', rcpt: ['alice', 'bob'], body: { any: 'thing' }, key: 'k', functionKey: 'f' });
accepted.map(({ rcpt, id, expires }) => rcpt + id + expires);

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
