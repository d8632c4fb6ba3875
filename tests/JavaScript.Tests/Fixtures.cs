using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]

// Every test has a process of its own, and the long ones wait most of the time: for a handler, or for LocalHost to start.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 4)]
