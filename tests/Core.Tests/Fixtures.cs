using FuncComet.Testing;

[assembly: AssemblyFixture(typeof(Azurite))]
