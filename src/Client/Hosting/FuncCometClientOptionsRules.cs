using Microsoft.Extensions.Options;

namespace FuncComet.Client;

/// <summary>The options' attributes, checked by generated code: reflection would not survive trimming.</summary>
[OptionsValidator]
internal sealed partial class FuncCometClientOptionsRules : IValidateOptions<FuncCometClientOptions>;
