namespace FuncComet.Bench.Costs;

/// <summary>Computes what many waiting clients need, from the requests of one client that were counted.</summary>
internal static class ScaleModel
{
    /// <summary>
    /// What a standard storage account serves at least, documented at https://learn.microsoft.com/azure/storage/queues/scalability-targets
    /// for messages of 1 KiB.
    /// </summary>
    public const double AccountRequestsASecond = 20_000;

    private const double MinutesAnHour = 60;
    private const double HoursAMonth = 30 * 24;
    private const int MostClients = 1_000_000_000;

    /// <summary>What these clients need.</summary>
    /// <param name="prices">The prices, and how many polls an instance holds.</param>
    /// <param name="client">The requests of a client.</param>
    /// <param name="clients">How many clients wait all the time.</param>
    /// <param name="messagesAnHour">How many messages each of them gets in an hour.</param>
    public static AtScale Of(Prices prices, ClientRequests client, int clients, double messagesAnHour)
    {
        var instances = CostModel.Instances(prices.Functions, clients);
        var requests = client.At(instances);
        var idle = ((clients * requests.APollAndMinute) + (instances * requests.AnInstanceAndMinute)) / 60;
        var messages = clients * messagesAnHour / MinutesAnHour / 60 * requests.AMessage;
        return new AtScale(instances, idle, messages, (int)Math.Ceiling((idle + messages) / AccountRequestsASecond));
    }

    /// <summary>What they cost a month, in dollars.</summary>
    public static double Month(Prices prices, ClientRequests client, int clients, double messagesAnHour, double gigabytes)
    {
        var requests = client.At(CostModel.Instances(prices.Functions, clients));
        var millions = clients * messagesAnHour * HoursAMonth / 1e6;
        return CostModel.Waiting(prices, requests, gigabytes, clients, client.PollSeconds).Total
            + (millions * CostModel.Deliveries(prices, requests).Total);
    }

    /// <summary>The largest number of clients for which one storage account is enough.</summary>
    public static int FullAt(Prices prices, ClientRequests client, double messagesAnHour)
    {
        var (enough, tooMany) = (0, MostClients);
        while (tooMany - enough > 1)
        {
            var between = enough + ((tooMany - enough) / 2);
            (enough, tooMany) = Of(prices, client, between, messagesAnHour).Accounts <= 1 ? (between, tooMany) : (enough, between);
        }

        return enough;
    }
}

/// <summary>The storage requests of a client that waits all the time.</summary>
/// <param name="PollSeconds">How long each of its polls waits.</param>
/// <param name="Staying">If all its polls, and the pushes to it, come to the same instance.</param>
/// <param name="Moving">If each poll comes to another instance than the one before, and pushes come to a third.</param>
internal sealed record ClientRequests(double PollSeconds, Requests Staying, Requests Moving)
{
    /// <summary>With this many instances, of which each poll and each push comes to any: one in so many stays.</summary>
    public Requests At(int instances)
    {
        var stays = 1d / instances;
        return new Requests(
            Mean(requests => requests.AMessage),
            Mean(requests => requests.APollAndMinute),
            Mean(requests => requests.AnInstanceAndMinute));

        double Mean(Func<Requests, double> of) => (stays * of(Staying)) + ((1 - stays) * of(Moving));
    }
}

/// <summary>What clients need.</summary>
/// <param name="Instances">Instances that hold their polls.</param>
/// <param name="IdleRequests">Storage requests a second while nothing is pushed.</param>
/// <param name="MessageRequests">Further ones a second, for their messages.</param>
/// <param name="Accounts">Storage accounts that serve all these requests.</param>
internal sealed record AtScale(int Instances, double IdleRequests, double MessageRequests, int Accounts)
{
    /// <summary>All storage requests a second.</summary>
    public double Requests => IdleRequests + MessageRequests;
}
