// upgrade.mjs <older LocalHost> <newer LocalHost>: what .ci/release/upgrade says. Only pushes that were answered 202 count. They are never
// repeated, so a message comes twice only where it was delivered twice, and then its count of deliveries says so.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const [older, newer] = process.argv.slice(2);
const mailboxes = 5;
const pollers = 10;
const pushers = 8;
const messagesOfAPhase = 200;
const leaseSeconds = 5;
const limitMilliseconds = 120_000;

const accepted = new Set();
const received = new Map();
const instances = [];
const hosts = [];
let isPushing = true;
let isDrained = false;
let last = 0;

const data = mkdtempSync(join(tmpdir(), 'funccomet-upgrade-'));
const azurite = start('node', [
  'src/LocalHost/Storage/supervisor.mjs', '--silent', '--skipApiVersionCheck', '--disableTelemetry', '--location', data, '--queuePort', '0',
]);
try {
  const port = await azurite.find(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
  const storage = 'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;'
    + 'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;'
    + `QueueEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`;
  let old = await startInstance(older, storage);
  const load = Promise.all([...each(pushers, push), ...each(pollers, poll)]);

  // Its error is thrown where the load is awaited. Until then it must not end this process, which still has to end those that it started.
  load.catch(() => {});
  await phase('the older alone', load);
  const present = await startInstance(newer, storage);
  await phase('both', load);
  await stopInstance(old);
  await phase('the newer alone', load);
  old = await startInstance(older, storage);
  await phase('both', load);
  await stopInstance(present);
  await phase('the older alone', load);

  isPushing = false;
  await until(() => missing().length === 0, 'every message to be delivered', load);
  await sleep(2 * leaseSeconds * 1_000);
  isDrained = true;
  await load;

  // The older may not know this call.
  await stopInstance(old);
  const { url } = await startInstance(newer, storage);
  const letters = await (await fetch(`${url}deadletters`)).json();
  const repeated = [...received.values()].filter((deliveries) => deliveries.length > 1);
  const unmarked = repeated.filter((deliveries) => deliveries.filter(({ deliveries: count }) => count === 1).length > 1);
  const renamed = repeated.filter((deliveries) => new Set(deliveries.map(({ id }) => id)).size > 1);
  console.log(`${accepted.size} accepted, ${missing().length} lost, ${repeated.length} repeated, ${unmarked.length} of them unmarked, `
    + `${renamed.length} with another id, dead letters: ${JSON.stringify(letters)}`);
  process.exitCode = unmarked.length + renamed.length + letters.recipients.length > 0 ? 1 : 0;
} finally {
  for (const host of hosts) {
    host.child.kill('SIGKILL');
  }

  await azurite.stop();
  rmSync(data, { recursive: true });
}

function each(count, act) {
  return Array.from({ length: count }, (_, number) => act(number));
}

function missing() {
  return [...accepted].filter((number) => !received.has(number));
}

async function phase(name, load) {
  const enough = accepted.size + messagesOfAPhase;
  await until(() => accepted.size >= enough, `${messagesOfAPhase} messages: ${name}`, load);
  console.log(`${accepted.size} accepted, ${missing().length} not yet delivered: ${name}`);
}

// The load ends early only by an error, which is thrown here.
async function until(condition, what, load) {
  const end = Date.now() + limitMilliseconds;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`This did not happen in ${limitMilliseconds / 1_000} seconds: ${what}. Missing: ${missing()}`);
    }

    await Promise.race([sleep(100), load]);
  }
}

async function push() {
  while (isPushing) {
    const number = ++last;
    const answer = await send(`push?rcpt=upgrade-${number % mailboxes}`, { method: 'POST', body: `${number}` });
    if (answer?.status === 202) {
      accepted.add(number);
    } else {
      await sleep(50);
    }
  }
}

async function poll(mailbox) {
  let receipts = [];
  while (!isDrained) {
    const acks = receipts.map((receipt) => `&ack=${receipt}`).join('');
    const answer = await send(`poll?rcpt=upgrade-${mailbox % mailboxes}&timeout=3&lease=${leaseSeconds}&max=8${acks}`);
    if (answer?.status === 200) {
      const { messages } = JSON.parse(answer.body);
      receipts = messages.map(({ receipt }) => receipt);
      for (const { text, id, deliveries } of messages) {
        received.set(Number(text), [...received.get(Number(text)) ?? [], { id, deliveries }]);
      }
    } else if (answer?.status === 204 || answer?.status === 400) {
      // 400: the older does not know the form of a newer receipt. The message comes again.
      receipts = [];
    } else {
      await sleep(50);
    }
  }
}

// To any instance that runs, or is just ending.
async function send(target, options) {
  const { url } = instances[Math.floor(Math.random() * instances.length)];
  try {
    const answer = await fetch(`${url}${target}`, options);
    return { status: answer.status, body: await answer.text() };
  } catch (error) {
    if (error instanceof TypeError) {
      return null; // No answer: the connection was refused or broken.
    }

    throw error;
  }
}

async function startInstance(program, storage) {
  const host = start('dotnet', ['exec', program, '--port', '0', '--storage', storage]);
  hosts.push(host);
  const instance = { process: host, url: await host.find(/^ +Poll: (http.*\/)poll$/) };
  instances.push(instance);
  return instance;
}

// As a platform replaces an instance: it ends in order, under load.
async function stopInstance(instance) {
  await instance.process.stop();
  instances.splice(instances.indexOf(instance), 1);
}

function start(file, args) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return {
    child,
    async find(pattern) {
      const end = Date.now() + limitMilliseconds;
      for (;;) {
        const found = lines.map((line) => pattern.exec(line)).find(Boolean);
        if (found) {
          return found[1];
        }

        if (child.exitCode !== null || Date.now() > end) {
          throw new Error(`${file} has not printed ${pattern}:\n${lines.join('\n')}`);
        }

        await sleep(100);
      }
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        child.stdin.end();
        await once(child, 'exit');
      }
    },
  };
}
