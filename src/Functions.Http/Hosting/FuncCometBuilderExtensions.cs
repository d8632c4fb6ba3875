using FuncComet.Functions.Poll;
using FuncComet.Functions.Push;
using FuncComet.Functions.Requests;
using FuncComet.Functions.Tokens;
using FuncComet.Functions.Tokens.Authorities;
using FuncComet.Functions.Tokens.Vault;
using FuncComet.Mailboxes;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;

namespace FuncComet.Functions.Hosting;

internal static class FuncCometBuilderExtensions
{
    /// <summary>Registers everything that the function app needs: Core, options, tokens, telemetry export and server settings.</summary>
    public static IHostApplicationBuilder AddFuncComet(this IHostApplicationBuilder builder)
    {
        builder.Services.AddFuncCometCore(builder.Configuration);
        builder.Services.AddSingleton(_ => HostLimit.Read(builder.Configuration, AppContext.BaseDirectory));
        builder.Services.AddAnnotatedOptions<PollOptions>(PollOptions.SectionName);
        builder.Services.AddSingleton<IValidateOptions<PollOptions>, PollOptionsHostValidator>();
        builder.Services.AddSingleton<PollTimeouts>();
        builder.Services.AddAnnotatedOptions<RequestLimitOptions>(RequestLimitOptions.SectionName);
        builder.Services.AddAnnotatedOptions<PushLimitOptions>(PushLimitOptions.SectionName);
        builder.Services.AddSingleton<PushLimits>();
        builder.Services.AddAnnotatedOptions<TokenOptions>(TokenOptions.SectionName);
        builder.Services.AddSingleton<TokenKeys>();
        if (!string.IsNullOrEmpty(builder.Configuration[$"{TokenOptions.SectionName}:{nameof(TokenOptions.KeyVaultUri)}"]))
        {
            builder.Services.AddSingleton(services => SigningSecret.Open(
                new Uri(services.GetRequiredService<IOptions<TokenOptions>>().Value.KeyVaultUri!),
                services.GetRequiredService<IOptions<StorageOptions>>().Value.CreateCredential()));
            builder.Services.AddHostedService<VaultKeys>();
        }

        builder.Services.AddSingleton<RecipientTokens>();
        builder.Services.AddSingleton<IDocumentRetriever, AuthorityDocuments>();
        AuthorityDocuments.AddClient(builder.Services);
        builder.Services.AddSingleton<AuthorityKeySets>();
        builder.Services.AddSingleton<TokenVerifier>();
        builder.Services.AddSingleton<TokenGate>();
        builder.Services.AddSingleton<TokenRequests>();
        builder.Services.AddAnnotatedOptions<SenderOptions>(SenderOptions.SectionName);
        builder.Services.AddSingleton<SenderGate>();
        builder.Services.AddSingleton<PushRequests>();
        builder.Services.AddHostedService<TokensOffWarning>();
        builder.Services.AddHostedService<ShortQueryWarning>();
        builder.AddTelemetryExport();

        // At Information, ASP.NET Core writes several lines for each request. On the Functions host, each of them is a message from this
        // process to the host. Inserted first, so that Logging__LogLevel__Microsoft in the environment overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?> { ["Logging:LogLevel:Microsoft"] = "Warning" },
        });

        // These categories log each request's query and each malformed request line. Both can contain recipients, keys and tokens. With the
        // first category off, ASP.NET Core also creates no activity per request. Nothing exports that one: RequestTrace reads the headers.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning);

        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            // With a larger buffer, an answer counts as written while its bytes are still in this process: if the process is killed after
            // the message is deleted, the message is lost. 1 makes a write wait until the operating system has every byte; 0 means
            // unbounded.
            sockets.MaxWriteBufferSize = 1;

            // A push that is handed over runs on one thread from reading the push to writing the poll's answer; each thread switch would
            // take longer than the work. The setting is unsafe only for code that blocks, and this app has none.
            sockets.UnsafePreferInlineScheduling = true;
        });
        return builder;
    }
}
