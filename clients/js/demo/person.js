import * as network from './network.js';
import { Kept } from './kept.js';
import { show, showSent } from './messages.js';
import { PEOPLE } from './people.js';
import { showRequest } from './wire.js';
import { push, recall, subscribe } from './funccomet/index.js';

// In seconds. Short, so that you see messages come again; an application would keep the default.
const LEASE = 10;

// In seconds: when a message comes again that arrives while the person is busy.
const PUT_OFF = 10;

// More than the default, so that pushes survive a longer time without a network.
const ATTEMPTS = 10;

const STATES = {
  connecting: 'Connecting …',
  open: 'Connected',
  retrying: 'No answer, trying again',
  offline: 'Offline',
  refused: 'Refused',
  stopped: 'Not polling',
};

const $ = id => document.getElementById(id);
const name = new URLSearchParams(location.search).get('name') ?? 'Alice';
const rcpt = name.toLowerCase();
const kept = new Kept(rcpt);
const { api, tokens } = await (await fetch('settings.json')).json();
let stop;
let busy = false;
let crashed = false;

$('name').textContent = name;
document.title = name;
for (const other of [...PEOPLE.filter(each => each !== name), 'Everybody']) {
  $('to').add(new Option(other));
}

$('compose').addEventListener('submit', event => {
  event.preventDefault();
  const message = { from: name, text: $('text').value };
  $('text').value = '';
  send(message, Number(event.submitter.value) || undefined);
});

$('offline').addEventListener('click', ({ currentTarget: button }) => {
  const offline = press(button);
  network.plug(!offline);
});

$('stop').addEventListener('click', async ({ currentTarget: button }) => {
  if (press(button)) {
    await stop();
  } else {
    start();
  }
});

$('busy').addEventListener('click', ({ currentTarget: button }) => {
  busy = press(button);
});

$('hundred').addEventListener('click', async ({ currentTarget: button }) => {
  // Not `disabled`, which would take the focus away.
  if (button.ariaDisabled === 'true') {
    return;
  }

  button.ariaDisabled = 'true';
  for (let number = 1; number <= 100; number++) {
    button.textContent = `${number} of 100`;
    await send({ from: name, text: `${number} of 100` });
  }

  button.textContent = 'Send 100';
  button.ariaDisabled = null;
});

// Only a parent page can remove this frame.
$('crash').hidden = parent === window;
$('crash').addEventListener('click', () => {
  crashed = true;
  parent.postMessage('crash', location.origin);
});

// A tab that crashes gets no pagehide. Keep it from subscribe, which listens after this and would acknowledge and leave.
addEventListener('pagehide', event => {
  if (crashed) {
    event.stopImmediatePropagation();
  }
}, { capture: true });

network.watch(showRequest);
start();

// Show the page only now, because earlier clicks would be lost, but before the messages, because a hidden list cannot scroll to its end.
document.querySelector('main').hidden = false;
kept.all.forEach(show);

function start() {
  stop = subscribe({ url: api, rcpt, lease: LEASE, ...(tokens && { getToken }), onMessage: receive, onState: showState });
}

/**
 * Keeps the message before it returns, because it is acknowledged after that. A person who is busy sees the message, but gives it back to
 * have it again later.
 */
function receive(message) {
  const received = { ...message, received: Date.now(), pollBegan: network.lastPollBegan, putOff: busy ? PUT_OFF : 0 };
  kept.add(received);
  show(received);
  return busy ? message.release(PUT_OFF) : undefined;
}

async function send(message, delay) {
  const to = $('to').value === 'Everybody' ? PEOPLE.filter(each => each !== name) : [$('to').value];
  const shown = showSent(to, message.text);
  const began = Date.now();
  try {
    const copies = await push({ url: api, rcpt: to.map(each => each.toLowerCase()), body: message, attempts: ATTEMPTS, delay, presence: true });
    shown.say([`stored in ${Date.now() - began} ms`], [whoWaits(to, copies)], ...(delay ? [[`due in ${delay} s`]] : []));
    if (delay) {
      shown.offerBack(() => takeBack(to, copies, shown));
    }
  } catch (error) {
    shown.say([`not stored: ${error.message}`, 'bad']);
  }
}

async function takeBack(to, copies, shown) {
  try {
    const { delivered } = await recall(copies, { url: api });
    shown.say(delivered.length === 0 ? ['taken back'] : [`too late for ${those(to, delivered)}`, 'again']);
  } catch (error) {
    shown.say([`not taken back: ${error.message}`, 'bad']);
  }
}

function whoWaits(to, copies) {
  const polling = copies.filter(({ waiting }) => waiting);
  return polling.length === 0 ? 'nobody is polling' : `${those(to, polling)} ${polling.length === 1 ? 'is' : 'are'} polling`;
}

/** The names of those who have a copy. */
function those(names, copies) {
  return names.filter(each => copies.some(({ rcpt }) => rcpt === each.toLowerCase())).join(', ');
}

/** LocalHost gives anyone a token without a key. In an application, its server gets the token for the user who is signed in. */
async function getToken() {
  const response = await fetch(`${api}/token?${new URLSearchParams({ rcpt })}`, { method: 'POST' });
  if (!response.ok) {
    throw new Error(`No token: HTTP ${response.status}`);
  }

  return (await response.json()).token;
}

function showState({ state, leader, reason }) {
  $('state').dataset.state = state;
  $('state').textContent = STATES[state] + (state === 'open' && !leader ? ' through another tab' : '') + (state === 'refused' ? `: ${reason}` : '');
}

/** Presses or releases a toggle button. */
function press(button) {
  const pressed = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', pressed);
  return pressed;
}
