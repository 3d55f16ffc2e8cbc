namespace Cambist.LoadBench;

/// <summary>Who can be asked.</summary>
enum Role
{
    BareRsEs,
    BareEsEs,
    BareForm,
    BareIntrospect,
    OidcProvider,
    Cambist,
    LargeCambist,
    PostgresCambist,
    FirstNode,
    SecondNode,
}

/// <summary>What is measured as one: a request, and who is asked.</summary>
/// <param name="Name">Short; what --only and the ratios say.</param>
/// <param name="Label">For the tables.</param>
/// <param name="Request">What is sent.</param>
/// <param name="Roles">The servers; several share the connections.</param>
sealed record Row(string Name, string Label, Request Request, params IReadOnlyList<Role> Roles)
{
    public const string BareRsEs = "bare rs-es", BareEsEs = "bare es-es", BareForm = "bare form", OidcProvider = "oidc-provider";
    public const string Cold = "cold", ColdEs = "cold es256", Warm = "warm", OwnJwt = "own jwt", OwnOpaque = "own opaque", Delegation = "delegation", ClientCredentials = "client credentials";
    public const string IntrospectOne = "introspect one", IntrospectMany = "introspect many", BareIntrospectOne = "bare introspect one", BareIntrospectMany = "bare introspect many";
    public const string Postgres = "postgres", TwoNodes = "postgres two nodes", Large = "large registry";

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Row> All(Tokens tokens)
    {
        var login = Request.Exchange(tokens.Login.File, "id_token");
        var modern = Request.Exchange(tokens.Modern.File, "id_token");
        var introspection = Request.Introspect(tokens.OwnJwt);
        return
        [
            new(BareRsEs, "bare loop: RS256 in, ES256 out", login, Role.BareRsEs),
            new(BareEsEs, "bare loop: ES256 in, ES256 out", modern, Role.BareEsEs),
            new(BareForm, "bare form: nothing checked, a constant out", login, Role.BareForm),
            new(OidcProvider, "oidc-provider: RS256 in, ES256 out", login, Role.OidcProvider),
            new(Cold, "Cambist, cold: RS256 in, each token new", login, Role.Cambist),
            new(ColdEs, "Cambist, cold: ES256 in, each token new", modern, Role.Cambist),
            new(Warm, "Cambist, warm: one RS256 token", login.Again, Role.Cambist),
            new(OwnJwt, "Cambist, own JWT in", Request.Exchange(tokens.OwnJwt, "access_token"), Role.Cambist),
            new(OwnOpaque, "Cambist, own opaque token in", Request.Exchange(tokens.OwnOpaque, "access_token"), Role.Cambist),
            new(Delegation, "Cambist, delegation three deep, RS256 in", Request.Exchange(tokens.Partner.File, "access_token"), Role.Cambist),
            new(ClientCredentials, "Cambist, client credentials", Request.ClientCredentials, Role.Cambist),
            new(BareIntrospectOne, "bare introspection of one JWT", introspection.Again, Role.BareIntrospect),
            new(IntrospectOne, "Cambist, introspection of one JWT", introspection.Again, Role.Cambist),
            new(BareIntrospectMany, "bare introspection, each JWT another", introspection, Role.BareIntrospect),
            new(IntrospectMany, "Cambist, introspection, each JWT another", introspection, Role.Cambist),
            new(Postgres, "Cambist on PostgreSQL, cold", login, Role.PostgresCambist),
            new(TwoNodes, "Cambist on PostgreSQL, cold, two nodes", login, Role.FirstNode, Role.SecondNode),
            new(Large, $"Cambist, cold, {Registry.Large:N0} clients and rules", login, Role.LargeCambist),
        ];
    }

    /// <summary>Whether Cambist is asked.</summary>
    public bool IsCambist => Label.StartsWith("Cambist", StringComparison.Ordinal);

    /// <summary>Whether it needs the tokens of a file.</summary>
    public bool Sends(TokenFile file) => Request.Tokens == file;
}
