namespace Cambist.Server;

/// <summary>A request of somebody who was authenticated and has the scope.</summary>
/// <param name="Http">The request.</param>
/// <param name="Engine">What it is about.</param>
/// <param name="By">Who sent it.</param>
sealed record AdminRequest(HttpContext Http, CambistEngine Engine, Administrator By)
{
    public Registry Registry => Engine.Registry.Current;

    /// <summary>A part of the path.</summary>
    public string Path(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>A parameter of the query; null where it was not sent.</summary>
    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>The parameters of the query, for the record: what was asked for.</summary>
    public string Filters() =>
        Http.Request.Query.Count == 0 ? "" : "?" + string.Join('&', Http.Request.Query.Select(one => $"{one.Key}={PrintableText.Of(one.Value.ToString())}"));

    /// <summary>What was asked for, for the record of a refusal: an id in the path if it is one, and not whatever else was sent.</summary>
    public string What(AdminOperation operation)
    {
        var what = operation.Name;
        foreach (var (name, value) in Http.Request.RouteValues)
            if (value is string id && (Lineage.IsWellFormed(id) || DecisionId.TryParse(id, out _))) what = what.Replace($"{{{name}}}", id, StringComparison.Ordinal);
        return what;
    }
}
