const MAX_REQUESTS = 30;
const MAX_BODY = 400;
const MAX_RECEIPT = 12;
const RECEIPTS = ['ack', 'receipt', 'recall'];

const list = document.querySelector('#wire');
const shown = new WeakMap();

/** Shows a request to the functions when it begins, and its outcome when it ends. */
export function showRequest(request) {
  let item = shown.get(request);
  if (!item) {
    item = document.createElement('li');
    shown.set(request, item);
    list.prepend(item);
    [...list.children].slice(MAX_REQUESTS).forEach(old => old.remove());
  }

  item.replaceChildren(line('code', `${request.method} ${readable(request.url)}`), line('span', outcome(request)));
  if (request.body) {
    item.append(line('code', shorten(request.body, MAX_BODY)));
  }
}

function outcome({ began, ended, status, error }) {
  return ended ? `${error ?? status} after ${ended - began} ms` : 'held …';
}

function readable({ pathname, searchParams }) {
  const query = [...searchParams].map(([parameter, value]) => `${parameter}=${RECEIPTS.includes(parameter) ? shorten(value, MAX_RECEIPT) : value}`);
  return `${pathname}?${query.join('&')}`;
}

function shorten(text, max) {
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
