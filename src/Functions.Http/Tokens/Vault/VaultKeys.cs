using System.Text;
using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FuncComet.Functions.Tokens.Vault;

/// <summary>
/// Keeps <see cref="TokenKeys"/> as the vault has them. The app starts with keys or not at all: it would refuse everybody.
/// </summary>
internal sealed partial class VaultKeys(SigningSecret secret, TokenKeys keys, TimeProvider time, ILogger<VaultKeys> logger)
    : BackgroundService, IHostedLifecycleService
{
    // A vault's network or role may be a moment behind a new instance. The platform waits about a minute for an instance to start.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(2);

    // A version never changes, so it is read once. Those that count no longer are forgotten.
    private Dictionary<string, string> _read = [];
    private PeriodicTimer? _reload;

    /// <summary>Reads the keys, before any service that takes requests starts.</summary>
    /// <exception cref="OptionsValidationException">The vault did not give them.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var failure = await TryLoadAsync(cancellationToken)
                ?? (keys.Signing is null ? "no version of the secret is enabled and long enough" : null);
            if (failure is null)
            {
                return;
            }

            if (time.GetElapsedTime(began) >= LongestStart)
            {
                throw new OptionsValidationException(
                    Options.DefaultName,
                    typeof(TokenOptions),
                    [$"FuncComet__Token__{nameof(TokenOptions.KeyVaultUri)}: the keys of tokens were not read from the vault: {failure}."]);
            }

            Log.NotLoaded(logger, failure);
            await Task.Delay(StartPause, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _reload = new PeriodicTimer(KeyRotation.Reload, time);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reload?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _reload!.WaitForNextTickAsync(stoppingToken))
        {
            if (await TryLoadAsync(stoppingToken) is { } failure)
            {
                Log.NotLoaded(logger, failure);
            }
        }
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns why the keys were not loaded; null if they were. Until then, those that are known stay.</summary>
    private async Task<string?> TryLoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LoadAsync(cancellationToken);
            return null;
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the vault answers or does not answer must end no poll.
            return ReasonOf(ex);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var versions = await secret.ListAsync(cancellationToken);
        var now = time.GetUtcNow();
        var (accepted, _) = KeyRotation.Choose(versions, now);
        var read = new Dictionary<string, string>();
        foreach (var version in accepted)
        {
            read[version.Id] = _read.GetValueOrDefault(version.Id) ?? await secret.ReadAsync(version, cancellationToken);
        }

        // A version that is too short to be a key must not keep the others from counting.
        var usable = accepted.Where(version => Encoding.UTF8.GetByteCount(read[version.Id]) >= TokenOptions.MinKeyBytes).ToList();
        if (usable.Count < accepted.Count)
        {
            Log.TooShort(logger, accepted.Count - usable.Count, TokenOptions.MinKeyBytes);
        }

        var (valid, signing) = KeyRotation.Choose(usable, now);
        if (valid.Count == 0 && keys.Valid.Count > 0)
        {
            Log.NoneLeft(logger);
        }

        keys.Replace(signing is null ? null : read[signing.Id], [.. valid.Select(version => read[version.Id])]);
        _read = read;
        Log.Loaded(logger, valid.Count);
    }

    // One line for the log; the client's own messages continue with headers and bodies.
    private static string ReasonOf(Exception exception) => exception switch
    {
        RequestFailedException { Status: > 0 } failed => $"the vault answered {failed.Status} {failed.ErrorCode}",
        AggregateException { InnerExceptions: [.., var last] } => ReasonOf(last),
        OperationCanceledException => "it did not answer in time",
        _ => exception.Message.Split('\n', 2)[0].TrimEnd('\r', '.'),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Count} keys of tokens were read from the vault.")]
        public static partial void Loaded(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "The keys of tokens were not read from the vault; those that are known stay: {Reason}.")]
        public static partial void NotLoaded(ILogger logger, string reason);

        [LoggerMessage(
            3,
            LogLevel.Error,
            "{Count} versions of the vault's secret are too short for keys of tokens: less than {Bytes} bytes.")]
        public static partial void TooShort(ILogger logger, int count, int bytes);

        [LoggerMessage(
            4,
            LogLevel.Error,
            "No version of the vault's secret is enabled and long enough: the app accepts and issues no tokens of its own.")]
        public static partial void NoneLeft(ILogger logger);
    }
}
