using FuncComet.Cli.Tests;
using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(App))]
