namespace FuncComet.Bench.Systems;

/// <summary>The names of the systems in the tables.</summary>
internal static class SystemNames
{
    public const string Stored = "FuncComet, Stored";
    public const string Direct = "FuncComet, Direct";
    public const string SignalR = "SignalR, long polling";
    public const string Nchan = "nchan, memory";
    public const string Golongpoll = "golongpoll";
    public const string NaiveSecond = "naive, receive every second";
    public const string NaiveTenth = "naive, receive every 100 ms";
    public const string BareKestrel = "bare Kestrel, a request that waits";
    public const string Floor = "the floor, a function that answers at once";
    public const string FloorHeld = "the floor, a function that holds a request";
    public const string BareStorage = "bare storage, SendMessage";
}
