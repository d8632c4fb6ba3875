import { FuncCometError } from './http.js';
import { Inbox } from './inbox.js';
import { Mailbox } from './mailbox.js';
import { keepPolling, LONGEST_WAIT, persist } from './polling.js';
import { pause } from './retry.js';
import { Tabs } from './tabs.js';
import { Tokens } from './tokens.js';

// Messages in an answer at most; the next poll's URL has their receipts, of at most 120 characters each, and keeps below the 4,000 that any proxy takes.
const MOST = 16;

// How often a tab that does not lead tries a message that its handler fails for: as often as the server, where it is not configured otherwise.
const MOST_TRIES = 10;

/** @type {typeof import('./index.js').subscribe} */
export function subscribe({ url, rcpt, token, getToken, onMessage, onState = () => {}, signal, lease = 30, wait = LONGEST_WAIT }) {
  if (!url || !rcpt || !onMessage) {
    throw new TypeError('subscribe needs url, rcpt and onMessage');
  }

  const base = new URL(url, globalThis.location?.href).href;
  const name = `funccomet ${base} ${rcpt}`;
  const mailbox = new Mailbox(base, rcpt, new Tokens(token, getToken));
  const inbox = new Inbox(onMessage);
  /** @type {Set<string>} The receipts of what was handled and is not known to be acknowledged. */
  const handled = new Set();
  let reported = '';
  let max = 1;
  let acknowledging = Promise.resolve();
  // Whether what is sent has to outlive the page; of such requests a browser takes little.
  let hidden = false;

  // A page that is put aside gives up its lead and its connection, and comes back as a new tab does.
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

  /** Takes part until the function that it returns is called; that resolves when nothing is under way any more. */
  function join() {
    const end = new AbortController();
    const tabs = new Tabs(name, { onMessage: takeShared, onState: follow });
    // Who is refused has given up the lead, which may go to a tab that is let in.
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

    /** The leader's work. @param {AbortSignal} signal */
    async function poll(signal) {
      signal.addEventListener('abort', acknowledge);
      try {
        // Without a wait it would be a loop without a pause.
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
            // The rest comes again, to the next leader.
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

        // A batch that was handled well within its lease leaves room for a larger one; the last of one that was not may have been given to somebody else.
        const used = usedSince(began);
        max = used < 0.25 ? Math.min(max * 2, MOST) : used < 0.9 ? max : 1;
        return news;
      }

      /** The share of a lease. @param {number} time */
      function usedSince(time) {
        return (Date.now() - time) / (lease * 1000);
      }
    }

    /** For a tab that does not lead nothing comes again from the server: it tries again by itself. @param {import('./index.js').Message} message */
    async function takeShared(message) {
      for (let tries = 1; !end.signal.aborted && await inbox.take(message) === 'failed' && tries < MOST_TRIES; tries++) {
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
        // It may be the receipts that are refused, and they would be for ever; what they stand for comes again and is a repeat.
        handled.clear();
      }

      throw error;
    }
  }

  /** At once, where the next poll would come too late or never. One after another, so that no receipt goes twice. */
  function acknowledge() {
    acknowledging = acknowledging.then(async () => {
      const receipts = [...handled];
      try {
        await (receipts.length > 0 && mailbox.acknowledge(receipts, hidden));
        receipts.forEach(receipt => handled.delete(receipt));
      } catch {
        // They go with the next poll; where there is none, their messages come again.
      }
    });
    return acknowledging;
  }
}

/** @param {import('./inbox.js').Leased} leased */
function withoutReceipt({ receipt: _, ...message }) {
  return message;
}
