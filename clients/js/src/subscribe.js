import { FuncCometError } from './http.js';
import { Inbox } from './inbox.js';
import { Mailbox } from './mailbox.js';
import { keepPolling, LONGEST_WAIT, persist } from './polling.js';
import { pause } from './retry.js';
import { Tabs } from './tabs.js';
import { Tokens } from './tokens.js';

// The most messages of an answer. The next poll's URL carries their receipts of up to 120 characters each, and 4,000 characters pass any
// proxy.
const MAX_BATCH = 16;

// How often a tab that does not lead retries a message whose handler fails: the server's default number of deliveries.
const MAX_TRIES = 10;

/** @type {typeof import('./index.js').subscribe} */
export function subscribe({ url, rcpt, token, getToken, onMessage, onState = () => {}, signal, lease = 30, wait = LONGEST_WAIT }) {
  if (!url || !rcpt || !onMessage) {
    throw new TypeError('subscribe needs url, rcpt and onMessage');
  }

  const base = new URL(url, globalThis.location?.href).href;
  const name = `funccomet ${base} ${rcpt}`;
  const mailbox = new Mailbox(base, rcpt, new Tokens(token, getToken));
  const inbox = new Inbox(onMessage);
  /** @type {Set<string>} The receipts of handled messages that may not be acknowledged yet. */
  const handled = new Set();
  let reported = '';
  let max = 1;
  let acknowledging = Promise.resolve();
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
    const tabs = new Tabs(name, { onMessage: takeShared, onState: follow });
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
      signal.addEventListener('abort', acknowledge);
      try {
        // A wait of 0 would make a busy loop.
        await keepPolling({ ask, take, wait: Math.min(Math.max(wait, 1), LONGEST_WAIT), firstWait: 0, onState: say, signal });
      } finally {
        await acknowledge();
      }

      /** @param {import('./inbox.js').Leased[]} batch */
      async function take(batch) {
        tabs.share(batch.map(withoutReceipt));
        const began = Date.now();
        let acknowledged = began;
        let news = false;
        for (const message of batch) {
          if (signal.aborted) {
            // The next leader gets the other messages when their leases end.
            break;
          }

          const outcome = await inbox.take(withoutReceipt(message));
          news ||= outcome !== 'repeat';
          if (outcome !== 'failed') {
            handled.add(message.receipt);
          }

          if (usedSince(acknowledged) > 0.5) {
            acknowledged = Date.now();
            await acknowledge();
          }
        }

        // Take more messages if this batch was handled well within its lease. If not, take one: the last messages may have been delivered
        // to another reader too.
        const used = usedSince(began);
        max = used < 0.25 ? Math.min(max * 2, MAX_BATCH) : used < 0.9 ? max : 1;
        return news;
      }

      /** The share of a lease that has passed since a time. @param {number} time */
      function usedSince(time) {
        return (Date.now() - time) / (lease * 1000);
      }
    }

    /**
     * Retries by itself, since the server delivers nothing again to a tab that does not lead.
     * @param {import('./index.js').Message} message
     */
    async function takeShared(message) {
      for (let tries = 1; !end.signal.aborted && await inbox.take(message) === 'failed' && tries < MAX_TRIES; tries++) {
        await pause(lease * 1000, end.signal);
      }
    }
  }

  /**
   * @param {number} timeout
   * @param {AbortSignal} signal
   */
  async function ask(timeout, signal) {
    const ack = [...handled];
    try {
      const batch = await mailbox.poll({ timeout, lease, max, ack }, signal);
      ack.forEach(receipt => handled.delete(receipt));
      return batch;
    } catch (error) {
      if (error instanceof FuncCometError && error.status === 400) {
        // The receipts may be what is refused. Drop them, or every poll would be refused; their messages come again and are repeats.
        handled.clear();
      }

      throw error;
    }
  }

  /**
   * Acknowledges at once, for when the next poll would be too late or never come. One request at a time, so that no receipt is sent twice.
   */
  function acknowledge() {
    acknowledging = acknowledging.then(async () => {
      const receipts = [...handled];
      try {
        await (receipts.length > 0 && mailbox.acknowledge(receipts, hidden));
        receipts.forEach(receipt => handled.delete(receipt));
      } catch {
        // The receipts go with the next poll. If there is none, their messages come again.
      }
    });
    return acknowledging;
  }
}

/** @param {import('./inbox.js').Leased} leased */
function withoutReceipt({ receipt: _, ...message }) {
  return message;
}
