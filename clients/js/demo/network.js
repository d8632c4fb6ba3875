// The network cable of this page: every request to the functions goes through here, where it is shown, and where it can be pulled out.

const online = globalThis.fetch;
const held = new Set();
let plugged = true;
let watcher = () => {};

/** When the poll began that was answered last, by the clock of `Date`. */
export let lastPollBegan;

globalThis.fetch = async (url, init = {}) => {
  const request = { method: init.method ?? 'GET', url: new URL(url, location.href), began: Date.now() };
  const cable = new AbortController();
  held.add(cable);
  try {
    if (!plugged) {
      throw new TypeError('There is no network.');
    }

    watcher(request);
    const response = await online(url, { ...init, signal: init.signal ? AbortSignal.any([init.signal, cable.signal]) : cable.signal });
    const body = await response.clone().text();
    watcher(Object.assign(request, { ended: Date.now(), status: response.status, body }));
    if (request.url.pathname.endsWith('/poll')) {
      lastPollBegan = request.began;
    }

    return response;
  } catch (error) {
    watcher(Object.assign(request, { ended: Date.now(), error: error.message }));
    throw error;
  } finally {
    held.delete(cable);
  }
};

/** Called with each request when it begins, and again when it has ended. */
export function watch(callback) {
  watcher = callback;
}

/** Pulls the cable out or puts it back, as the operating system would tell the page. */
export function plug(value) {
  plugged = value;
  Object.defineProperty(navigator, 'onLine', { get: () => plugged, configurable: true });
  if (!plugged) {
    held.forEach(cable => cable.abort(new TypeError('The network has gone.')));
  }

  dispatchEvent(new Event(plugged ? 'online' : 'offline'));
}
