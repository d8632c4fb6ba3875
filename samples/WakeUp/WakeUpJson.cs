using System.Text.Json;
using System.Text.Json.Serialization;

namespace FuncComet.WakeUp;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Note))]
[JsonSerializable(typeof(MailboxState))]
[JsonSerializable(typeof(WakeUpCall))]
internal sealed partial class WakeUpJson : JsonSerializerContext;
