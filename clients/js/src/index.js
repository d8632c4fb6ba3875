export { FuncCometError } from './http.js';
export { longpoll } from './longpoll.js';
export { presence } from './presence.js';
export { push } from './push.js';
export { recall } from './recall.js';
export { subscribe } from './subscribe.js';
