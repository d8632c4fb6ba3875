/**
 * Polls `url`, a recipient's poll address, in plain mode and calls back with the body of each message. Its `timeout` is lowered while
 * something in front of the app ends polls sooner. Returns the function that stops it.
 * Throws a `TypeError` if `url` is no http or https address.
 */
export function longpoll(url: string, callback: (body: string) => unknown): () => void;

/**
 * Receives a recipient's messages at least once and in order. Each is acknowledged after `onMessage` has returned and its promise, if any,
 * is fulfilled. The tabs of a browser share one held poll, and each tab gets every message.
 *
 * Returns the function that stops it. That function's promise is fulfilled when the current handler has finished and its message is
 * acknowledged, so do not await it in `onMessage`.
 *
 * Throws a `TypeError` that names the option if an option can never succeed.
 */
export function subscribe(options: SubscribeOptions): () => Promise<void>;

/**
 * Pushes a message. For servers, since it needs a function key. After a transient failure it tries again with the same idempotency key, by
 * which receivers drop repeats, and only for the recipients that failed. Throws a `TypeError` that names the option, before it sends
 * anything, if an option can never succeed; a {@link FuncCometError} if the server refuses the push; else the last attempt's error. The
 * last two are also a {@link PushFailure}, with which you can push the rest later.
 */
export function push(options: PushOptions): Promise<Accepted[]>;

/**
 * Takes back copies that no poll has received yet, such as a reminder that was pushed with a `delay`. For servers, since it needs a function
 * key. `accepted` is what `push` returned, or some of it; a `handed` copy is `delivered` without a request. After a transient failure it
 * tries again: if the answer of an attempt was lost, what that attempt took back is named in `delivered`, because the storage cannot tell
 * a copy that was taken back from one that was delivered. Throws a `TypeError` that names the option, before it sends anything, if an option
 * can never succeed; a {@link FuncCometError} if the server refuses; else the last attempt's error. The last two are also a
 * {@link RecallFailure}.
 */
export function recall(accepted: Accepted | readonly Accepted[], options: RecallOptions): Promise<Recalled>;

/**
 * Asks whether polls of recipients are held, and when one was last known to be. For servers, since it needs a function key. Returns one
 * entry for each recipient, in their order. It makes one attempt. Throws a `TypeError` that names the option, before it sends anything, if
 * an option can never succeed; a {@link FuncCometError} after an error status.
 */
export function presence(options: PresenceOptions): Promise<Presence[]>;

/** An answer with an error status. */
export class FuncCometError extends Error {
  constructor(status: number, problem: Problem | undefined, retryAfter: number);
  readonly status: number;
  /** The problem document; undefined if the answer has none. */
  readonly problem: Problem | undefined;
  /** The answer's `Retry-After` in milliseconds, at most an hour; 0 if it has none. */
  readonly retryAfter: number;
  /** Whether the request is at fault, so that repeating it is of no use: a 4xx other than 408, 425 and 429. */
  get refused(): boolean;
}

export interface SubscribeOptions {
  /** The address of the functions, as `https://app.example/api`, without a query; in a page also relative, as `/api`. */
  url: string;
  /** 1 to 256 bytes of UTF-8 without control characters. */
  rcpt: string;
  /** A token of the recipient that is never renewed. Use `getToken` for tokens that expire. */
  token?: string;
  /**
   * Gets a token. Called when there is none, when it is about to expire, and once when it is refused. If it fails or returns a malformed
   * token, it is called again after a pause. White space around the token is dropped. A token that has already expired by the clock of this
   * machine when it comes is used until it is refused.
   */
  getToken?: (signal?: AbortSignal) => string | Promise<string>;
  /**
   * Handles a message, for up to `renewFor` seconds while no other device is given it. If it throws or rejects, the message comes again when
   * its lease ends.
   */
  onMessage: (message: Message) => unknown;
  /** Called when the state of the connection changes. */
  onState?: (state: State) => void;
  /** Stops receiving when it aborts, like the returned function. */
  signal?: AbortSignal;
  /**
   * A message that is neither acknowledged nor renewed comes again after this many seconds: 5 to 3,600; default 30. Longer leases need
   * fewer renewals; shorter ones bring a message sooner to another device when this one dies. A poll that may be cut asks for at most 15,
   * unless `renewFor` is 0 or the page is hidden.
   */
  lease?: number;
  /**
   * For how many seconds, from their arrival, the leases of messages are renewed while the handler works: a whole number; default 3,600;
   * 0: never.
   */
  renewFor?: number;
  /**
   * The longest that a poll is held, in whole seconds: 1 to 220, clamped; default 220. If something in front of the app ends polls sooner,
   * they ask for less by themselves.
   */
  wait?: number;
}

export interface Message {
  id: string;
  /** When it was pushed, RFC 3339. */
  time: string;
  /** How often it has been delivered, this time included. */
  deliveries: number;
  contentType: string;
  /** The body, if it is text. */
  text?: string;
  /** The body in base64, if it is not text. */
  base64?: string;
  /** The `Idempotency-Key` that it was pushed with, if any. */
  key?: string;
  /**
   * Gives the message back while its handler works: it is not acknowledged, and comes again after this many whole seconds, 0 to 604,800;
   * default 0, at once. It counts as a delivery. Fulfilled when the server has the message back, or has said that its lease was over.
   * Rejects if the server cannot be reached or refuses, as when the message expires before: then it comes again when its lease ends. You
   * need not await it. In a tab that does not poll itself, it puts the message off in that tab alone; at once means after `lease` seconds.
   *
   * Throws an error if the handler has finished, and a `TypeError` if the seconds are out of their range. Not enumerable, so that a copy of
   * the message is data alone.
   */
  release(seconds?: number): Promise<void>;
}

/** The state of the connection, which may be another tab's if tabs share one. */
export interface LineState {
  /**
   * `connecting`: not known yet. `open`: messages arrive. `retrying`, `offline`: an attempt failed, and the next one follows; a cut that
   * the next poll mends within half a second is not reported. `refused`: the server refused the request (a bad token, address or
   * parameter), and is asked again after 30 to 60 seconds; after an answer, 403 and 404 count only when they have lasted for two minutes.
   * `stopped`: you stopped it.
   */
  state: 'connecting' | 'open' | 'retrying' | 'offline' | 'refused' | 'stopped';
  /** What went wrong, as text for logs. With `open`: that something in front of the app ends polls, and what they ask for therefore. */
  reason?: string;
  /** The HTTP status of the failed attempt, if it had an answer. */
  status?: number;
  /** Milliseconds until the next attempt. */
  retryIn?: number;
}

export interface State extends LineState {
  /** Whether this tab is the leader, which polls for all tabs. */
  leader: boolean;
}

export interface PushOptions {
  /** The address of the functions, as `https://app.example/api`, without a query; in a page also relative, as `/api`. */
  url: string;
  /** 1 to 100 recipients, each of 1 to 256 bytes of UTF-8 without control characters. */
  rcpt: string | readonly string[];
  /**
   * Strings, typed arrays, `ArrayBuffer`, `Blob` and `URLSearchParams` are pushed as their bytes, anything else as JSON. What JSON would
   * leave out or change is refused: functions, symbols, `undefined` in an object or array, streams, `FormData`, maps, promises. At most
   * 48,000 bytes; default empty.
   */
  body?: unknown;
  /** The `Idempotency-Key`: 1 to 128 visible ASCII characters; default random. */
  key?: string;
  /**
   * 1 to 200 printable ASCII characters. Default by the body: its own type if it has one, else `text/plain; charset=utf-8`,
   * `application/octet-stream` or `application/json`.
   */
  contentType?: string;
  /** Seconds that an undelivered message is kept: 1 to 2,592,000; default 604,800. */
  ttl?: number;
  /** Seconds by which delivery is delayed: 0 to 604,800, less than `ttl`; default 0. */
  delay?: number;
  /** Whether to ask, for one more storage request per recipient, if a poll of the recipient waits: see `waiting`; default false. */
  presence?: boolean;
  functionKey?: string;
  /** The most attempts: a whole number of at least 1; default 5. */
  attempts?: number;
  signal?: AbortSignal;
}

export interface Accepted {
  rcpt: string;
  id: string;
  /** When the copy is deleted if it is not delivered, RFC 3339. */
  expires: string;
  /** An opaque handle. `recall` takes the copy back with it, until the copy is first received. A copy has either this or `handed`. */
  recall?: string;
  /** True if the copy was given straight to a waiting poll, so that it cannot be taken back. */
  handed?: true;
  /** Whether a poll of the recipient waited; only if the push asked for `presence`. */
  waiting?: boolean;
}

export interface RecallOptions {
  /** The address of the functions, as for `push`. */
  url: string;
  functionKey?: string;
  /** The most attempts for each recipient: a whole number of at least 1; default 5. */
  attempts?: number;
  signal?: AbortSignal;
}

export interface Recalled {
  /** The copies that this call has taken back: nobody receives them. */
  recalled: Accepted[];
  /** The copies that were delivered, had expired or were recalled before. */
  delivered: Accepted[];
}

/** What became of the copies, on every error that `recall` throws after it has begun to send. */
export interface RecallFailure extends Error, Recalled {
  /** The copies that may not have been taken back: recall them again. */
  rest: Accepted[];
}

export interface PresenceOptions {
  /** The address of the functions, as for `push`. */
  url: string;
  /** 1 to 100 recipients. */
  rcpt: string | readonly string[];
  functionKey?: string;
  signal?: AbortSignal;
}

export interface Presence {
  rcpt: string;
  /** Whether a poll of the recipient is held; undefined if the storage has failed to tell. */
  waiting: boolean | undefined;
  /** When a poll was last known to wait, to the minute, RFC 3339; null if never; undefined if the storage has failed to tell. */
  lastSeen: string | null | undefined;
}

/** What became of the message, on every error that `push` throws after it has begun to send. */
export interface PushFailure extends Error {
  /** The copies that are stored. */
  accepted: Accepted[];
  /** The recipients whose copies may not be stored: push to them again with the same key. */
  rest: string[];
  key: string;
}

/** A problem document of RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  [member: string]: any;
}
