const log = document.querySelector('#messages');
const list = log.firstElementChild;
const template = document.querySelector('#message').content.firstElementChild;
const shown = new Map();
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });

let atEnd = true;
log.addEventListener('scroll', () => { atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 50; });
const resized = new ResizeObserver(stay);
resized.observe(log);
resized.observe(list);

/** Shows a received message; a repeat updates the message that is already shown. */
export function show(message) {
  const { from, text } = parse(message);
  const item = shown.get(message.id) ?? append('in', from, text);
  shown.set(message.id, item);
  setWay(item, way(message));
}

/** Shows a message that is being sent. Returns what shows its outcome, and what offers to take it back, once. */
export function showSent(to, text) {
  const item = append('out', `to ${to.join(', ')}`, text);
  setWay(item, [['sending …']]);
  return {
    say: (...steps) => setWay(item, steps),
    offerBack: takeBack => {
      const button = item.querySelector('.back');
      button.hidden = false;
      button.addEventListener('click', () => { button.hidden = true; takeBack(); }, { once: true });
      stay();
    },
  };
}

/**
 * The steps from the push to this page. A message waits until a poll begins that takes it. The beginning of another tab's poll is not
 * known.
 */
function way({ time, received, pollBegan, deliveries, putOff }) {
  const pushed = Date.parse(time);
  const waited = Math.max(0, (pollBegan ?? pushed) - pushed);
  return [
    [`pushed ${clock.format(pushed)}`],
    ...(pollBegan ? [[`waited ${duration(waited)}`]] : []),
    [`delivered in ${duration(Math.max(0, received - pushed - waited))}${pollBegan ? '' : ', through another tab'}`],
    [`delivery ${deliveries}`, deliveries > 1 ? 'again' : undefined],
    ...(putOff ? [[`put off for ${putOff} s`, 'again']] : []),
  ];
}

function setWay(item, steps) {
  item.querySelector('.way').replaceChildren(...steps.map(([text, kind]) => {
    const step = document.createElement('li');
    step.textContent = text;
    step.className = kind ?? '';
    return step;
  }));
  stay();
}

function append(kind, who, text) {
  const item = template.cloneNode(true);
  item.className = kind;
  item.querySelector('b').textContent = who;
  item.querySelector('.said span').textContent = text;
  list.append(item);
  return item;
}

/**
 * Scrolls to the newest message, unless the user has scrolled up to read. After every change of the list, because the event of an earlier
 * scroll would find the end too far away and look like the user's.
 */
function stay() {
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

/** Messages from this page are JSON; those from a terminal may be anything. */
function parse({ contentType, text }) {
  if (contentType === 'application/json') {
    try {
      const { from, text: said } = JSON.parse(text);
      return { from: String(from), text: String(said) };
    } catch {
      // Not JSON, and so not from this page.
    }
  }

  return { from: 'Somebody', text: text ?? `(no text: ${contentType})` };
}

function duration(ms) {
  return ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`;
}
