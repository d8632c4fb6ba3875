// Loaded before Azurite. Its servers close only when every connection is gone, and a client's pooled connection that was opened and never used
// counts as busy: a stop would take as long as the client likes. What is still under way gets half a second.
import http from 'node:http';

const graceMilliseconds = 500;
const close = http.Server.prototype.close;

http.Server.prototype.close = function (callback) {
  setTimeout(() => this.closeAllConnections(), graceMilliseconds).unref();
  return close.call(this, callback);
};
