// Stand-ins for the worker's own types: the same namespaces and signatures, and of them only what src/Functions uses. The real ones are not on
// every package feed; what is compiled against these here is compiled against those in src/Functions.
namespace Microsoft.Azure.Functions.Worker;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) : Attribute
{
    public AuthorizationLevel AuthLevel { get; } = authLevel;

    public string[] Methods { get; } = methods;

    public string? Route { get; set; }
}

internal enum AuthorizationLevel
{
    Anonymous,
    User,
    Function,
    System,
    Admin,
}
