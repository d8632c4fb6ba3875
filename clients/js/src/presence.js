import { address, ask, parseObject } from './http.js';
import { limited } from './limited.js';
import { checkFunctionKey, checkRecipients, resolveFunctions } from './options.js';

// In ms.
const LIMIT = 30_000;

/** @type {typeof import('./index.js').presence} */
export async function presence({ url, rcpt, functionKey, signal }) {
  const functions = resolveFunctions(url);
  const recipients = [...new Set([rcpt].flat())];
  checkRecipients(recipients);
  checkFunctionKey(functionKey);
  const headers = functionKey ? { 'x-functions-key': functionKey } : undefined;
  const { answer } = await limited(LIMIT, signal, within => ask(address(functions, 'presence', { rcpt: recipients }), { headers, signal: within }));
  const told = parseObject(answer)?.presence;
  if (!Array.isArray(told)) {
    // A captive portal answers 200 to everything.
    throw new TypeError('The request was not answered by the server');
  }

  return recipients.map(each => {
    const { waiting, lastSeen } = told.find(one => one?.rcpt === each) ?? {};
    return { rcpt: each, waiting, lastSeen };
  });
}
