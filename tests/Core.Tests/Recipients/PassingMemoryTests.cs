using System.Reflection;
using FuncComet.Recipients;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Time.Testing;

namespace FuncComet.Core.Tests.Recipients;

public sealed class PassingMemoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly PassingMemory<string, int> _memory;

    public PassingMemoryTests() => _memory = new(_time);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Of_TellsTheValueAndItsAge()
    {
        _memory.Remember("a", 1);
        _time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal((1, TimeSpan.FromMinutes(3)), _memory.Of("a"));
        Assert.Null(_memory.Of("b"));
    }

    [Fact]
    public void Of_TenMinutesAfterTheValueWasSetLast_IsNull()
    {
        _memory.Remember("a", 1);
        _time.Advance(TimeSpan.FromMinutes(9));
        _memory.Remember("a", 2);
        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));

        Assert.Equal(2, _memory.Of("a")?.Value);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_memory.Of("a"));
    }

    [Fact]
    public void Of_WhatIsForgotten_IsNull()
    {
        _memory.Remember("a", 1);
        _memory.Remember("b", 2);

        _memory.Forget("a");

        Assert.Null(_memory.Of("a"));
        Assert.Equal(2, _memory.Of("b")?.Value);
    }

    // Another cache could remember recipients for longer, or not be told to forget one.
    [Fact]
    public void NothingElseInCore_IsACache()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
        var caches = from type in typeof(FuncCometServices).Assembly.GetTypes()
                     from field in type.GetFields(All)
                     where typeof(IMemoryCache).IsAssignableFrom(field.FieldType)
                     select type.Name;

        Assert.Equal(["PassingMemory`2"], caches);
    }
}
