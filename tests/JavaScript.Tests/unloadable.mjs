// Fails on purpose, as failing.mjs does.
import 'no-such-module';
