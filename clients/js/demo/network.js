// The network of this page. It replaces fetch, so that every request to the functions can be shown, and cut off to simulate a lost network.

const online = globalThis.fetch;
const held = new Set();
let plugged = true;
let watcher = () => {};

/** When the last answered poll began, as `Date.now()`. */
export let lastPollBegan;

globalThis.fetch = async (url, init = {}) => {
  const request = { method: init.method ?? 'GET', url: new URL(url, document.baseURI), began: Date.now() };
  const cable = new AbortController();
  // A listener, because WebKit may collect a signal of AbortSignal.any that only fetch holds.
  const relay = () => cable.abort(init.signal.reason);
  init.signal?.addEventListener('abort', relay);
  if (init.signal?.aborted) {
    relay();
  }

  held.add(cable);
  try {
    if (!plugged) {
      throw new TypeError('There is no network.');
    }

    watcher(request);
    const response = await online(url, { ...init, signal: cable.signal });
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
    init.signal?.removeEventListener('abort', relay);
  }
};

/** Sets the callback that gets each request when it begins and again when it ends. */
export function watch(callback) {
  watcher = callback;
}

/** Disconnects or reconnects the page, and tells it as the browser would. */
export function plug(value) {
  plugged = value;
  Object.defineProperty(navigator, 'onLine', { get: () => plugged, configurable: true });
  if (!plugged) {
    held.forEach(cable => cable.abort(new TypeError('The network has gone.')));
  }

  dispatchEvent(new Event(plugged ? 'online' : 'offline'));
}
