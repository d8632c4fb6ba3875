export { FuncCometError } from './http.js';
export { longpoll } from './longpoll.js';
export { push } from './push.js';
export { subscribe } from './subscribe.js';
