using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(Azurite))]

// Every test has a storage or recipients of its own. The long ones wait most of the time: for a lease to end on Azurite, or for the threads
// that follow a clock which moves in small steps.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 8)]
