namespace FuncComet.Bench.Measuring;

/// <summary>Measured times.</summary>
internal sealed class Samples
{
    private readonly List<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    /// <summary>
    /// The nearest-rank percentile, in milliseconds: the smallest sample that at least this share of all samples does not exceed.
    /// </summary>
    /// <param name="share">0.5 for the median.</param>
    public double Percentile(double share)
    {
        var sorted = _milliseconds.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
