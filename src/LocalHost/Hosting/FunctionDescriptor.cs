using System.Reflection;
using FuncComet.Functions.Poll;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace FuncComet.LocalHost.Hosting;

/// <summary>One function, as its attributes describe it.</summary>
internal sealed class FunctionDescriptor
{
    private readonly MethodInvoker _method;
    private readonly ObjectFactory _create;

    private FunctionDescriptor(string name, MethodInfo method, HttpTriggerAttribute trigger)
    {
        _method = MethodInvoker.Create(method);
        _create = ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
        TakesToken = method.GetParameters().Length > 1;
        Name = name;
        Route = trigger.Route ?? name;
        Methods = trigger.Methods ?? [];
        NeedsKey = trigger.AuthLevel != AuthorizationLevel.Anonymous;
    }

    public string Name { get; }

    public string Route { get; }

    /// <summary>The methods it answers; empty means all.</summary>
    public IReadOnlyList<string> Methods { get; }

    public bool NeedsKey { get; }

    /// <summary>Whether it takes a token that reports its cancellation.</summary>
    public bool TakesToken { get; }

    /// <summary>Every function of the function app, by name.</summary>
    public static IReadOnlyList<FunctionDescriptor> All { get; } =
    [
        .. from type in typeof(PollFunction).Assembly.GetExportedTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           orderby function.Name
           select new FunctionDescriptor(function.Name, method, method.GetParameters()[0].GetCustomAttribute<HttpTriggerAttribute>()!),
    ];

    /// <summary>Runs the function on a new instance of its class, as the worker does.</summary>
    public Task InvokeAsync(HttpRequest request, CancellationToken invocation)
    {
        var instance = _create(request.HttpContext.RequestServices, []);
        return (Task)(TakesToken ? _method.Invoke(instance, request, invocation) : _method.Invoke(instance, request))!;
    }
}
