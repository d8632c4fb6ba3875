import { Inbox } from './inbox.js';
import { Leases } from './leases.js';
import { LONGEST_WAIT } from './limits.js';
import { Mailbox } from './mailbox.js';
import { check, checkRecipient, checkWhole, resolveFunctions } from './options.js';
import { keepPolling, persist } from './polling.js';
import { MAX_BATCH, Receipts } from './receipts.js';
import { Shared } from './shared.js';
import { Tabs } from './tabs.js';
import { Tokens } from './tokens.js';

// In seconds: for how long a message that is being handled is kept from other readers.
const RENEW_FOR = 3600;

/** @type {typeof import('./index.js').subscribe} */
export function subscribe(options) {
  const { url, rcpt, token, getToken, onMessage, onState = () => {}, signal, lease = 30, wait = LONGEST_WAIT, renewFor = RENEW_FOR } = options;
  const functions = resolveFunctions(url);
  checkRecipient(rcpt);
  check(typeof onMessage === 'function', 'onMessage', 'a function');
  checkWhole('lease', lease, 5, 3600);
  checkWhole('renewFor', renewFor, 0);
  check(Number.isInteger(wait), 'wait', 'a whole number');
  const name = `funccomet ${functions} ${rcpt}`;
  const mailbox = new Mailbox(functions, rcpt, new Tokens(token, getToken));
  const receipts = new Receipts(mailbox);
  const leases = new Leases(mailbox, receipts, lease, renewFor);
  const inbox = new Inbox(onMessage);
  const shared = new Shared(inbox, lease);
  let reported = '';
  let max = 1;
  // Whether requests must outlive the page. Browsers limit such requests, so they are used only then.
  let hidden = false;

  // A page that enters the back/forward cache gives up its lead and its connection, and joins again like a new tab when it comes back.
  let leave = join();
  const hide = () => { hidden = true; leave(); };
  const show = (/** @type {PageTransitionEvent} */ event) => { hidden = false; if (event.persisted) { leave = join(); } };
  globalThis.addEventListener?.('pagehide', hide);
  globalThis.addEventListener?.('pageshow', show);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) {
    stop();
  }

  return stop;

  async function stop() {
    globalThis.removeEventListener?.('pagehide', hide);
    globalThis.removeEventListener?.('pageshow', show);
    signal?.removeEventListener('abort', stop);
    await Promise.all([leave(), inbox.close()]);
    report({ state: 'stopped', leader: false });
  }

  /** @param {import('./index.js').State} state */
  function report(state) {
    const before = reported;
    reported = JSON.stringify(state);
    if (reported === before) {
      return;
    }

    try {
      onState(state);
    } catch (error) {
      console.error('funccomet: onState failed', error);
    }
  }

  /**
   * Takes part in the election of a leader. Returns the function that leaves, whose promise resolves when no request is under way any more.
   */
  function join() {
    const end = new AbortController();
    const tabs = new Tabs(name, { onMessage: message => shared.take(message, end.signal), onState: follow });
    // A refused leader has given up the lead, so that a tab with a valid token can take it.
    const joined = persist(() => tabs.lead(poll, end.signal), follow, end.signal).then(() => tabs.close());
    return () => {
      end.abort();
      return joined;
    };

    /** @param {import('./index.js').LineState} state */
    function say(state) {
      tabs.say(state);
      report({ ...state, leader: true });
    }

    /** @param {import('./index.js').LineState} state */
    function follow(state) {
      report({ ...state, leader: false });
    }

    /** Polls as the leader. @param {AbortSignal} signal */
    async function poll(signal) {
      // A wait of 0 would make a busy loop.
      const longest = Math.min(Math.max(wait, 1), LONGEST_WAIT);
      const polling = keepPolling({ url: functions, mayCut: true, ask, take, wait: longest, firstWait: 0, onState: say, signal });
      // Listens after keepPolling, which ends its poll first: the browser may have no connection to spare. In pagehide this runs within the
      // event, because a page that is being removed sends nothing later.
      signal.addEventListener('abort', acknowledge);
      try {
        await polling;
      } finally {
        await leases.settled();
        await acknowledge();
      }

      /** @param {{ batch: import('./inbox.js').Leased[], seconds: number }} answer a batch and the seconds of its lease */
      async function take({ batch, seconds }) {
        const { held, end } = leases.keep(batch, seconds, signal);
        tabs.share([...held].map(({ message }) => message));
        const began = performance.now();
        let acknowledged = began;
        let news = false;
        for (const leased of held) {
          if (signal.aborted) {
            // The next leader gets the other messages when their leases end.
            break;
          }

          const outcome = await inbox.take(leased.message, leased);
          news ||= outcome !== 'repeat';
          held.delete(leased);
          if (!leased.lost && ['handled', 'repeat'].includes(outcome)) {
            receipts.add(leased);
          }

          if (usedSince(acknowledged) > 0.5) {
            acknowledged = performance.now();
            await acknowledge();
          }
        }

        await end();

        // Take more messages if this batch was handled well within its lease. If not, take one: another reader may be free for the others.
        const used = usedSince(began);
        max = used < 0.25 ? Math.min(max * 2, MAX_BATCH) : used < 0.9 ? max : 1;
        return news;

        /** The share of a lease that has passed since a time. @param {number} time */
        function usedSince(time) {
          return (performance.now() - time) / (seconds * 1000);
        }
      }
    }
  }

  /**
   * @param {import('./limits.js').Poll} poll
   * @param {AbortSignal} signal
   */
  async function ask(poll, signal) {
    const seconds = leases.secondsFor(poll.isDoubtful);
    const { answer, retryAfter } = await receipts.poll({ lease: seconds, max }, poll, signal);
    return { answer: answer && { batch: answer, seconds }, retryAfter };
  }

  function acknowledge() {
    return receipts.acknowledge(hidden);
  }
}
