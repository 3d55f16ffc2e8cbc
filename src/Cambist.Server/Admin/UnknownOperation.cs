namespace Cambist.Server;

/// <summary>What is answered under <c>/admin/v1</c> where there is no such operation: to anybody, for the paths are no secret.</summary>
static class UnknownOperation
{
    /// <summary>405 with the methods that the path has; 404 where there is no such path.</summary>
    public static AdminAnswer Of(string path, IEnumerable<AdminOperation> operations)
    {
        var methods = operations.Where(operation => Fits(operation.Path.Split('/'), path.Split('/'))).Select(operation => operation.Method).Distinct(StringComparer.Ordinal).ToArray();
        if (methods is []) return AdminAnswer.NotFound("There is nothing at this path; /admin/v1/openapi.json lists what there is.");
        var allow = string.Join(", ", methods);
        return AdminAnswer.Problem(StatusCodes.Status405MethodNotAllowed, "Method not allowed", $"This path takes {allow}.") with { Allow = allow };
    }

    static bool Fits(string[] template, string[] path)
    {
        if (template.Length != path.Length) return false;
        for (var i = 0; i < path.Length; i++)
            if (template[i].StartsWith('{') ? path[i].Length == 0 : !template[i].Equals(path[i], StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }
}
