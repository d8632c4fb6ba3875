using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteLock))]
