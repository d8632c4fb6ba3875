// Does not load, on purpose: ClientSuiteTests checks how that is reported.
import 'no-such-module';
