using FuncComet.Client.Tests;
using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteLock))]
[assembly: AssemblyFixture(typeof(LocalApp))]
