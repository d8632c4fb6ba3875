// Loaded before Azurite. Changes how its server treats connections.
import http from 'node:http';

// .NET keeps idle connections for 60 s. The server keeps them longer, so that no request is sent on one that it is closing.
const keepAliveMilliseconds = 120_000;
const listen = http.Server.prototype.listen;

http.Server.prototype.listen = function (...where) {
  this.keepAliveTimeout = keepAliveMilliseconds;
  return listen.apply(this, where);
};

// A server closes only when every connection is gone, and a client's pooled connection that was opened and never used counts as busy: a stop
// would take as long as the client likes. What is still under way gets half a second.
const graceMilliseconds = 500;
const close = http.Server.prototype.close;

http.Server.prototype.close = function (callback) {
  setTimeout(() => this.closeAllConnections(), graceMilliseconds).unref();
  return close.call(this, callback);
};
