/** Receives what is pushed to `url`, a recipient's poll, in plain mode and never stops by itself. Returns the function that stops it. */
export function longpoll(url: string, callback: (body: string) => unknown): () => void;

/**
 * Receives a recipient's messages at least once and in order: each is acknowledged after `onMessage` has finished with it, its promise too.
 * The tabs of a browser share one held poll, and each gets every message.
 *
 * Returns the function that stops it. Its promise is fulfilled when the handler under way has finished and is acknowledged; do not await it in `onMessage`.
 */
export function subscribe(options: SubscribeOptions): () => Promise<void>;

/**
 * Pushes a message, for servers: it needs a function key. What fails for the moment is tried again under the same key, by which the receiver drops
 * a repeat, and only for those recipients that it failed for. Throws a {@link FuncCometError} where the server has refused it, and the last failure
 * where attempts come to an end; what it throws is a {@link PushFailure} too, so that the rest can be pushed later.
 */
export function push(options: PushOptions): Promise<Accepted[]>;

/** An answer that says no. */
export class FuncCometError extends Error {
  constructor(status: number, problem: Problem | undefined, retryAfter: number);
  readonly status: number;
  /** The problem document, where the answer has one. */
  readonly problem: Problem | undefined;
  /** What `Retry-After` asks for, in milliseconds; 0 where it does not. */
  readonly retryAfter: number;
  /** Whether asking again is of no use as things are: 4xx but 408, 425 and 429. */
  get refused(): boolean;
}

export interface SubscribeOptions {
  /** Where the functions are, as in `https://app.example/api`; in a page also `/api`. */
  url: string;
  rcpt: string;
  /** A token of the recipient. Or `getToken`, which can renew it. */
  token?: string;
  /** Asked when there is no token, when it is about to end, and once when it is refused. Where it fails, or gives what is no token, it is asked again after a pause. */
  getToken?: (signal?: AbortSignal) => string | Promise<string>;
  /** Where it throws or rejects, the message comes again when its lease ends. */
  onMessage: (message: Message) => unknown;
  onState?: (state: State) => void;
  /** Stops it as the returned function does. */
  signal?: AbortSignal;
  /** After how many seconds a message that was not acknowledged comes again: 5 to 3,600; default 30. */
  lease?: number;
  /** How many seconds a poll is held at most: 1 to 220, the server's maximum and the default; what is out of it counts as the nearest. Less where a proxy on the way gives up sooner. */
  wait?: number;
}

export interface Message {
  id: string;
  /** When it was pushed, RFC 3339. */
  time: string;
  /** How often it was handed out, this time included. */
  deliveries: number;
  contentType: string;
  /** The body, where it is text. */
  text?: string;
  /** The body, where it is not. */
  base64?: string;
  /** The `Idempotency-Key` that it was pushed with, if any. */
  key?: string;
}

/** How the connection is, which where tabs share one may be another tab's. */
export interface LineState {
  /**
   * `connecting`: not known yet. `open`: messages come. `retrying`, `offline`: an attempt failed; the next one follows by itself. `refused`: the server
   * says no (a token, an address, a parameter); it is asked again after half a minute to a minute. `stopped`: by you.
   */
  state: 'connecting' | 'open' | 'retrying' | 'offline' | 'refused' | 'stopped';
  /** What went wrong, in words. */
  reason?: string;
  /** The HTTP status of what went wrong, where there was an answer. */
  status?: number;
  /** In how many milliseconds the next attempt is made. */
  retryIn?: number;
}

export interface State extends LineState {
  /** Whether this tab is the one that polls. */
  leader: boolean;
}

export interface PushOptions {
  /** Where the functions are, as in `https://app.example/api`. */
  url: string;
  /** One recipient, or up to 100. */
  rcpt: string | readonly string[];
  /** Text and bytes are pushed as they are, anything else as JSON. At most 48,000 bytes. */
  body?: unknown;
  /** The `Idempotency-Key`; default a random one. */
  key?: string;
  /** Default by the body: `text/plain; charset=utf-8`, `application/octet-stream`, `application/json`. */
  contentType?: string;
  /** In seconds: 1 to 2,592,000; default 604,800. */
  ttl?: number;
  /** In seconds: 0 to 604,800. */
  delay?: number;
  functionKey?: string;
  /** How often it is tried; default 5. */
  attempts?: number;
  signal?: AbortSignal;
}

export interface Accepted {
  rcpt: string;
  id: string;
  /** RFC 3339. */
  expires: string;
}

/** What an error that `push` throws says of what became of the message. */
export interface PushFailure extends Error {
  /** The copies that are stored. */
  accepted: Accepted[];
  /** The recipients that it is not known to be stored for: push it to them again under the same key. */
  rest: string[];
  key: string;
}

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  [member: string]: any;
}
