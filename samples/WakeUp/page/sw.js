// The service worker, which the browser starts when a call comes, though no page is open.
self.addEventListener('push', event => event.waitUntil(receive(event.data.json().rcpt)));

// Takes all messages that wait. Each poll acknowledges what the one before has brought.
async function receive(rcpt) {
  const headers = { Authorization: `Bearer ${await getToken()}` };
  let acknowledgements = '';
  let shown = 0;
  for (;;) {
    const query = `rcpt=${encodeURIComponent(rcpt)}&timeout=0&lease=60&max=16${acknowledgements}`;
    const answer = await fetch(`/api/poll?${query}`, { headers });
    if (answer.status === 204) {
      break;
    }

    if (!answer.ok) {
      throw new Error(`no messages: ${answer.status}`);
    }

    const { messages } = await answer.json();
    for (const message of messages) {
      // A repeat has the same id, so it replaces its notification.
      await self.registration.showNotification(message.text ?? 'A new message', { tag: message.id });
      shown++;
    }

    acknowledgements = messages.map(message => `&ack=${encodeURIComponent(message.receipt)}`).join('');
  }

  // Browsers want a notification for every call, though another device may have read the messages.
  if (shown === 0) {
    await self.registration.showNotification('You are up to date', { tag: 'up-to-date', silent: true });
  }
}

// Your server's own address, which knows by the user's session who the recipient is, and asks FuncComet for the token.
async function getToken() {
  const answer = await fetch('/my-token');
  if (!answer.ok) {
    throw new Error(`no token: ${answer.status}`);
  }

  return answer.text();
}
