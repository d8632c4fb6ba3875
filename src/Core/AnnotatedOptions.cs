using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet;

/// <summary>Options that are bound from their section and checked by their own attributes when the host starts.</summary>
public static class AnnotatedOptions
{
    /// <summary>Registers <typeparamref name="T"/>; what breaks a rule stops the start with that rule's own words.</summary>
    public static IServiceCollection AddAnnotatedOptions<T>(this IServiceCollection services, string sectionName)
        where T : class
    {
        services.AddOptions<T>().BindConfiguration(sectionName).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<T>, Validation<T>>();
    }

    private sealed class Validation<T> : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var broken = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), broken, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(broken.Select(result => result.ErrorMessage!));
        }
    }
}
