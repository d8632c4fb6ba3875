using FuncComet.Bench.Measuring;

namespace FuncComet.Bench.Tests;

public sealed class SamplesTests
{
    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(0.5, 5)]
    [InlineData(0.51, 6)]
    [InlineData(0.99, 10)]
    [InlineData(1, 10)]
    public void Percentile_OfTenSamples_IsTheNearestRank(double share, double expected)
    {
        var samples = new Samples();
        foreach (var milliseconds in new[] { 10, 3, 7, 1, 9, 2, 8, 4, 6, 5 })
        {
            samples.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(expected, samples.Percentile(share));
    }

    [Fact]
    public void Percentile_OfOneSample_IsThatSample()
    {
        var samples = new Samples();
        samples.Add(TimeSpan.FromMilliseconds(3));

        Assert.Equal(3, samples.Percentile(0.5));
    }
}
