using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteLock))]

// These tests load the machine or measure what a process does; one at a time they mean something.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
