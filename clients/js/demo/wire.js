const MOST = 30;
const LONGEST_BODY = 400;
const LONGEST_RECEIPT = 12;

const list = document.querySelector('#wire');
const shown = new WeakMap();

/** Shows a request to the functions: when it begins, and what came of it. */
export function showRequest(request) {
  let item = shown.get(request);
  if (!item) {
    item = document.createElement('li');
    shown.set(request, item);
    list.prepend(item);
    [...list.children].slice(MOST).forEach(old => old.remove());
  }

  item.replaceChildren(line('code', `${request.method} ${readable(request.url)}`), line('span', outcome(request)));
  if (request.body) {
    item.append(line('code', shorten(request.body, LONGEST_BODY)));
  }
}

function outcome({ began, ended, status, error }) {
  return ended ? `${error ?? status} after ${ended - began} ms` : 'held …';
}

function readable({ pathname, searchParams }) {
  const query = [...searchParams].map(([parameter, value]) => `${parameter}=${parameter === 'ack' ? shorten(value, LONGEST_RECEIPT) : value}`);
  return `${pathname}?${query.join('&')}`;
}

function shorten(text, most) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
