using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FuncComet;

/// <summary>Options that are bound to a section of the configuration and validated when the host starts.</summary>
public static class AnnotatedOptions
{
    /// <summary>
    /// Registers <typeparamref name="T"/>. An invalid value stops the start. The message of an attribute leaves out the
    /// setting's name, which this class puts before it. <see cref="IValidatableObject.Validate"/> names the settings
    /// itself, since it may be about several.
    /// </summary>
    public static IServiceCollection AddAnnotatedOptions<T>(this IServiceCollection services, string sectionName)
        where T : class
    {
        services.AddOptions<T>().BindConfiguration(sectionName).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<T>>(new Validation<T>(sectionName));
    }

    private sealed class Validation<T>(string sectionName) : IValidateOptions<T>
        where T : class
    {
        // The form that environment variables use.
        private readonly string _prefix = sectionName.Replace(":", "__", StringComparison.Ordinal);

        public ValidateOptionsResult Validate(string? name, T options)
        {
            var failures = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), failures, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(failures.Select(Message));
        }

        private string Message(ValidationResult failure) =>
            failure.MemberNames.SingleOrDefault() is { } property ? $"{_prefix}__{property} {failure.ErrorMessage}" : failure.ErrorMessage!;
    }
}
