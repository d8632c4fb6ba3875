import { address, ask, keyHeader, notAnswered, parseObject } from './http.js';
import { ATTEMPT_LIMIT, limited } from './limited.js';
import { checkFunctionKey, checkRecipients, resolveFunctions } from './options.js';

/** @type {typeof import('./index.js').presence} */
export async function presence({ url, rcpt, functionKey, signal }) {
  const functions = resolveFunctions(url);
  const recipients = [...new Set([rcpt].flat())];
  checkRecipients(recipients);
  checkFunctionKey(functionKey);
  const headers = keyHeader(functionKey);
  const { answer } = await limited(ATTEMPT_LIMIT, signal, within => ask(address(functions, 'presence', { rcpt: recipients }), { headers, signal: within }));
  const told = parseObject(answer)?.presence;
  if (!Array.isArray(told)) {
    throw notAnswered();
  }

  return recipients.map(each => {
    const { waiting, lastSeen } = told.find(one => one?.rcpt === each) ?? {};
    return { rcpt: each, waiting, lastSeen };
  });
}
