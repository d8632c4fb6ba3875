using FuncComet.Bench.Simulating;

namespace FuncComet.Bench.Tests;

/// <summary>
/// The simulation runs Core itself, so that these counts change with it. Core's own tests count the requests of one client.
/// </summary>
public sealed class WaitingSimulationTests
{
    // Nine requests in 220 seconds, and as a client takes 0.1 seconds to come back, a look more at times.
    [Fact]
    public async Task Run_OfClientsThatStay_CountsWhatAnIdleClientMakes()
    {
        var requests = await RunAsync(new SimulatedClients(Instances: 1, Count: 10, TimeSpan.FromSeconds(220)));

        Assert.Equal(9d / 220 * 60, requests.APollAndMinute(), tolerance: 0.02);
        Assert.Equal(1d / 220 * 60, requests.APollAndMinute(CountingQueue.WriteMetadata), tolerance: 0.01);
        Assert.Equal(0, requests.Messages);
    }

    // An instance that has not seen the client for five minutes peeks at once, and publishes and counts after a short pause. The instance
    // before reads what is published.
    [Fact]
    public async Task Run_OfClientsThatMove_CountsThreeRequestsMoreForEachPoll()
    {
        var requests = await RunAsync(new SimulatedClients(Instances: 4, Count: 10, TimeSpan.FromSeconds(220)));

        Assert.Equal(12d / 220 * 60, requests.APollAndMinute(), tolerance: 0.02);
    }

    // An instance looks for notes every 200 ms.
    [Fact]
    public async Task Run_CountsTheLooksOfEachInstance()
    {
        var requests = await RunAsync(new SimulatedClients(Instances: 2, Count: 10, TimeSpan.FromSeconds(30)));

        Assert.Equal(300, requests.AnInstanceAndMinute, tolerance: 1);
    }

    [Fact]
    public async Task Run_WithMessages_DeliversThem()
    {
        var requests = await RunAsync(new SimulatedClients(Instances: 2, Count: 10, TimeSpan.FromSeconds(220), MessagesAnHour: 12));

        Assert.InRange(requests.Messages, 90, 150);
        Assert.Equal(requests.OfMailboxes["send"], requests.OfMailboxes["delete"]);
    }

    // Ten polls of 30 seconds, then five minutes away: half of the time.
    [Fact]
    public async Task Run_OfVisits_CountsOnlyTheTimeInWhichPollsAreHeld()
    {
        var visits = await RunAsync(new SimulatedClients(
            Instances: 1, Count: 10, TimeSpan.FromSeconds(30), PollsOfAVisit: 10, Away: TimeSpan.FromMinutes(5)));

        Assert.Equal(300, visits.PollMinutes, tolerance: 15);
    }

    private static Task<SimulatedRequests> RunAsync(SimulatedClients clients) =>
        new WaitingSimulation(clients).RunAsync(
            warmUp: 2 * clients.Timeout, counted: TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
}
