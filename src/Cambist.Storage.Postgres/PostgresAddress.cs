using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>Where the database is, in either of the two ways of writing it, as Npgsql's connection string. No message holds a value: it may be the password.</summary>
static class PostgresAddress
{
    const string WayToWrite = "Write Host=db1,db2;Database=cambist;Username=cambist;Password=…, or postgres://user:password@host:5432/database";

    static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> Parameters = new(StringComparer.Ordinal)
    {
        ["sslmode"] = (to, value) => to.SslMode = value switch
        {
            "disable" => SslMode.Disable,
            "allow" => SslMode.Allow,
            "prefer" => SslMode.Prefer,
            "require" => SslMode.Require,
            "verify-ca" => SslMode.VerifyCA,
            "verify-full" => SslMode.VerifyFull,
            _ => throw new FormatException("sslmode is disable, allow, prefer, require, verify-ca or verify-full"),
        },
        ["sslrootcert"] = (to, value) => to.RootCertificate = value,
        ["sslcert"] = (to, value) => to.SslCertificate = value,
        ["sslkey"] = (to, value) => to.SslKey = value,
        ["connect_timeout"] = (to, value) => to.Timeout = int.TryParse(value, out var seconds) && seconds > 0 ? seconds : throw new FormatException("connect_timeout is a whole number of seconds"),
        ["application_name"] = (to, value) => to.ApplicationName = value,
        ["passfile"] = (to, value) => to.Passfile = value,
        ["host"] = (to, value) => to.Host = value,
        ["user"] = (to, value) => to.Username = value,
        ["password"] = (to, value) => to.Password = value,
        ["dbname"] = (to, value) => to.Database = value,
        ["target_session_attrs"] = (to, value) => to.TargetSessionAttributes = value,
    };

    /// <exception cref="FormatException">It is neither; the message says what to write.</exception>
    public static string Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var settings = address.StartsWith("postgres://", StringComparison.Ordinal) ? OfUrl(address["postgres://".Length..])
            : address.StartsWith("postgresql://", StringComparison.Ordinal) ? OfUrl(address["postgresql://".Length..])
            : OfKeywords(address) ?? throw new FormatException($"The PostgreSQL connection has a keyword or a value that is not understood (a value with ; or = stands in quotes). {WayToWrite}");
        if (settings.TargetSessionAttributes is not (null or "primary" or "read-write" or "any"))
            throw new FormatException("The PostgreSQL connection can only ask for the primary (target_session_attrs): the ledger is written");
        settings.TargetSessionAttributes = null;
        if (string.IsNullOrWhiteSpace(settings.Host)) throw new FormatException($"The PostgreSQL connection names no host. {WayToWrite}");
        return settings.ConnectionString;
    }

    // What Npgsql says of it may quote a piece of a password that has a ; in it.
    static NpgsqlConnectionStringBuilder? OfKeywords(string text)
    {
        try
        {
            return new(text);
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or InvalidCastException or FormatException or OverflowException)
        {
            return null;
        }
    }

    // postgres://[user[:password]@]host[:port][,host[:port]…][/database][?name=value&…], as libpq reads it; all parts percent-encoded.
    static NpgsqlConnectionStringBuilder OfUrl(string rest)
    {
        var settings = new NpgsqlConnectionStringBuilder();
        var (body, query) = Cut(rest, rest.IndexOf('?', StringComparison.Ordinal));
        var (authority, database) = Cut(body, body.IndexOf('/', StringComparison.Ordinal));
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], authority.IndexOf(':', StringComparison.Ordinal) is var colon && colon < at ? colon : -1);
            settings.Username = Decode(user);
            if (password is not null) settings.Password = Decode(password);
        }

        settings.Host = string.Join(',', authority[(at + 1)..].Split(',').Select(HostAndPort));
        if (!string.IsNullOrEmpty(database)) settings.Database = Decode(database);
        foreach (var parameter in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(parameter, parameter.IndexOf('=', StringComparison.Ordinal));
            if (!Parameters.TryGetValue(name, out var set))
                throw new FormatException($"The postgres:// URL has a parameter that is not understood; known: {string.Join(", ", Parameters.Keys)}");
            set(settings, Decode(value ?? ""));
        }

        return settings;
    }

    static string HostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']') && !ushort.TryParse(text[(colon + 1)..], out _)) throw new FormatException($"The postgres:// URL has a port that is no number. {WayToWrite}");
        return Decode(text);
    }

    static (string Before, string? After) Cut(string text, int index) => index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);

    static string Decode(string text) => Uri.UnescapeDataString(text);
}
