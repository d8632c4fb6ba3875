using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(SuiteShare))]
