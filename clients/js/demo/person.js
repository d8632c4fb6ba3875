import * as network from './network.js';
import { Kept } from './kept.js';
import { show, showSent } from './messages.js';
import { PEOPLE } from './people.js';
import { showRequest } from './wire.js';
import { push, subscribe } from './funccomet/index.js';

// Short, so that one sees what comes again; an application would leave it at its default.
const LEASE = 10;

// How often a push is tried again while there is no network.
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
  send(message);
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

$('hundred').addEventListener('click', async ({ currentTarget: button }) => {
  button.disabled = true;
  for (let number = 1; number <= 100; number++) {
    button.textContent = `Sending ${number} of 100`;
    await send({ from: name, text: `${number} of 100` });
  }

  button.textContent = 'Send 100';
  button.disabled = false;
});

// Only what frames this page can take it away.
$('crash').hidden = parent === window;
$('crash').addEventListener('click', () => {
  crashed = true;
  parent.postMessage('crash', location.origin);
});

// Whose tab crashes is not told that it goes, and neither is subscribe, which listens after this and would leave properly.
addEventListener('pagehide', event => {
  if (crashed) {
    event.stopImmediatePropagation();
  }
}, { capture: true });

network.watch(showRequest);
start();

// Only now: a click that came sooner would be lost. What is hidden has no end to scroll to.
document.querySelector('main').hidden = false;
kept.all.forEach(show);

function start() {
  stop = subscribe({ url: api, rcpt, lease: LEASE, ...(tokens && { getToken }), onMessage: receive, onState: showState });
}

/** Finished when the message is safe: then it is acknowledged, and not before. */
function receive(message) {
  const received = { ...message, received: Date.now(), pollBegan: network.lastPollBegan };
  kept.add(received);
  show(received);
}

async function send(message) {
  const to = $('to').value === 'Everybody' ? PEOPLE.filter(each => each !== name) : [$('to').value];
  const shown = showSent(to, message.text);
  const began = Date.now();
  try {
    await push({ url: api, rcpt: to.map(each => each.toLowerCase()), body: message, attempts: ATTEMPTS });
    shown(`stored in ${Date.now() - began} ms`);
  } catch (error) {
    shown(`not stored: ${error.message}`, 'bad');
  }
}

/** Here everybody may have a token, LocalHost asks for no key. An application's server asks for it, for the user who is signed in. */
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

/** Presses or releases a button that stays as it is left. */
function press(button) {
  const pressed = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', pressed);
  return pressed;
}
