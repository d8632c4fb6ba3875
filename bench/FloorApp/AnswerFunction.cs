using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FuncComet.FloorApp;

/// <summary><c>GET</c> or <c>POST /api/answer</c>: answers 204 at once. What one call costs on the platform.</summary>
public sealed class AnswerFunction
{
    [Function("Answer")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "answer")] HttpRequest request) =>
        TypedResults.NoContent();
}
