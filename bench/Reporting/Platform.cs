namespace FuncComet.Bench.Reporting;

/// <summary>What FuncComet runs on in a run. Figures of one platform are not compared with those of another.</summary>
internal enum Platform
{
    /// <summary>LocalHost, which the bench starts.</summary>
    LocalHost,

    /// <summary>A Functions host, which the bench starts.</summary>
    FunctionsHost,

    /// <summary>A deployment that runs already.</summary>
    Deployment,
}
