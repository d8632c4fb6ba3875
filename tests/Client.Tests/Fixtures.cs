using FuncComet.Client.Tests;
using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(LocalApp))]

// Every test has an app or recipients of its own. The long ones wait most of the time: for a lease to end, or for a process to start.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.All, MaxThreads = 8)]
