import { PEOPLE } from './people.js';

const AT_FIRST = 2;

const people = document.querySelector('#people');
const add = document.querySelector('#add');
const said = document.querySelector('#said');
const { api, keys } = await (await fetch('settings.json')).json();

document.querySelector('#curl').textContent = `curl -H 'Content-Type: text/plain' -d 'hello' '${new URL(api, location.href)}/push?rcpt=alice'`;
if (keys) {
  const notice = document.querySelector('#notice');
  notice.textContent = 'This LocalHost asks for a function key (--enable-auth), and a page must never have one. Start it without --enable-auth to write from here.';
  notice.hidden = false;
} else {
  PEOPLE.slice(0, AT_FIRST).forEach(name => people.append(open(name)));
  add.addEventListener('click', addNext);
  addEventListener('message', crash);
  add.disabled = false;
}

/** Creates a frame with a person's page. A frame is a browsing context of its own, which can crash without the others. */
function open(name) {
  const frame = document.createElement('iframe');
  frame.title = `${name}'s page`;
  frame.src = `person.html?${new URLSearchParams({ name })}`;
  return frame;
}

function addNext() {
  const name = PEOPLE[people.childElementCount];
  if (!name) {
    return;
  }

  people.append(open(name));
  said.textContent = `${name} is here.`;
  // Not `disabled`, which would take the focus away.
  add.ariaDisabled = people.childElementCount === PEOPLE.length;
}

/** Removes the frame with its requests and its memory at once, as when a tab crashes. */
function crash({ origin, source, data }) {
  const frame = [...people.querySelectorAll('iframe')].find(each => each.contentWindow === source);
  if (origin !== location.origin || data !== 'crash' || !frame) {
    return;
  }

  const name = frame.title.split("'")[0];
  const gone = document.querySelector('#gone').content.firstElementChild.cloneNode(true);
  gone.querySelector('p').textContent = `${name}'s page has crashed. What is written to ${name} waits in the mailbox.`;
  const again = gone.querySelector('button');
  again.textContent = `Open ${name}'s page again`;
  again.addEventListener('click', () => {
    const opened = open(name);
    gone.replaceWith(opened);
    opened.focus();
  });
  frame.replaceWith(gone);
  again.focus();
}
