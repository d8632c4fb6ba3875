using System.Text.Json;
using FuncComet.Bench.Systems;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.Bench.Serving;

/// <summary>The child process: serves one system on a free port of 127.0.0.1 and answers the questions of its parent.</summary>
internal static class Served
{
    /// <summary>The question for a <see cref="Holding"/>.</summary>
    public const string Held = "held";

    /// <summary>The question for a <see cref="SystemState"/>.</summary>
    public const string State = "state";

    /// <summary>The question for a <see cref="SystemState"/> after a full garbage collection.</summary>
    public const string Collect = "collect";

    public const string FuncComet = "funccomet";
    public const string Naive = "naive";
    public const string SignalR = "signalr";
    public const string Kestrel = "kestrel";

    /// <summary>The environment variable that sets the naive design's pause between two receives.</summary>
    public const string NaivePause = "BENCH_NAIVE_PAUSE";

    public static async Task RunAsync(string kind)
    {
        using var storage = new StorageRequestCounter();
        var (host, held) = kind switch
        {
            FuncComet => ServedFuncComet.Create(),
            Naive => ServedNaive.Create(),
            SignalR => ServedSignalR.Create(),
            Kestrel => ServedKestrel.Create(),
            _ => throw new ArgumentException($"There is no system '{kind}'."),
        };
        using (host)
        {
            await host.StartAsync();
            var url = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            Say(new Address(url));

            // Console.ReadLine blocks its thread, so it gets one of its own rather than one that the server needs.
            await Task.Factory.StartNew(
                () => Answer(held, storage),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            await host.StopAsync();
        }
    }

    private static void Answer(Func<int> held, StorageRequestCounter storage)
    {
        while (Console.ReadLine() is { } question)
        {
            if (question == Held)
            {
                Say(new Holding(held(), storage.Read().GetValueOrDefault("peek")));
                continue;
            }

            if (question == Collect)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }

            Say(new SystemState { ManagedBytes = GC.GetTotalMemory(forceFullCollection: false), StorageRequests = storage.Read() });
        }
    }

    private static void Say<T>(T answer) => Console.WriteLine(JsonSerializer.Serialize(answer));

    /// <summary>The first line of the child: the address it serves at.</summary>
    internal sealed record Address(string Url);
}
