// In the page: call this when the user asks to be notified, because browsers want a click before they ask for permission.
export async function subscribeToWakeUps(publicKey) {
  // The click counts for a moment only, so this comes before anything that takes time.
  if (await Notification.requestPermission() !== 'granted') {
    return false;
  }

  // A new service worker cannot be subscribed before it is active.
  await navigator.serviceWorker.register('/sw.js');
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });

  // Your server's own address, which knows by the user's session who the recipient is.
  const kept = await fetch('/subscriptions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(subscription),
  });
  return kept.ok;
}
