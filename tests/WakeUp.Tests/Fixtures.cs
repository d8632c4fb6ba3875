using FuncComet.Testing;
using FuncComet.WakeUp.Tests;

[assembly: AssemblyFixture(typeof(SuiteShare))]
[assembly: AssemblyFixture(typeof(WakeUpApp))]
