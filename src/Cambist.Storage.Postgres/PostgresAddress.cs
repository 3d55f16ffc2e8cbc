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
        ["connect_timeout"] = (to, value) => to.Timeout = int.TryParse(value, out var seconds) && seconds is > 0 and <= 1024 ? seconds : throw new FormatException("connect_timeout is a whole number of seconds from 1 to 1024"),
        ["application_name"] = (to, value) => to.ApplicationName = value,
        ["passfile"] = (to, value) => to.Passfile = value,
        ["host"] = (to, value) => to.Host = value,
        ["user"] = (to, value) => to.Username = value,
        ["password"] = (to, value) => to.Password = value,
        ["dbname"] = (to, value) => to.Database = value,
        ["target_session_attrs"] = (_, value) => CheckTarget(value),
    };

    /// <exception cref="FormatException">It is neither; the message says what to write.</exception>
    public static string Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var settings = address.StartsWith("postgres://", StringComparison.Ordinal) ? OfUrl(address["postgres://".Length..])
            : address.StartsWith("postgresql://", StringComparison.Ordinal) ? OfUrl(address["postgresql://".Length..])
            : OrNull(() => new NpgsqlConnectionStringBuilder(address)) ?? throw NotUnderstood();
        CheckTarget(settings.TargetSessionAttributes);
        settings.TargetSessionAttributes = null;
        if (string.IsNullOrWhiteSpace(settings.Host)) throw new FormatException($"The PostgreSQL connection names no host. {WayToWrite}");
        using var source = OrNull(() => NpgsqlDataSource.Create(settings)); // values that do not go together
        return source is null ? throw NotUnderstood() : settings.ConnectionString;
    }

    // What Npgsql says of it may quote a piece of a password that has a ; in it.
    static T? OrNull<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or InvalidCastException or FormatException or OverflowException)
        {
            return null;
        }
    }

    static FormatException NotUnderstood() => new($"The PostgreSQL connection has a keyword or a value that is not understood (a value with ; or = stands in quotes). {WayToWrite}");

    static void CheckTarget(string? sessions)
    {
        if (sessions is not (null or "primary" or "read-write" or "any"))
            throw new FormatException("The PostgreSQL connection can only ask for the primary (target_session_attrs): the ledger is written");
    }

    // postgres://[user[:password]@]host[:port][,host[:port]…][/database][?name=value&…], as libpq reads it; all parts percent-encoded.
    static NpgsqlConnectionStringBuilder OfUrl(string rest)
    {
        // With a / or ? in it, a piece of the password would be taken for host, port or database, which messages name; with an @ it depends on the reader.
        if (rest.LastIndexOf('@') is var end && (end != rest.IndexOf('@', StringComparison.Ordinal) || rest.AsSpan(0, Math.Max(end, 0)).ContainsAny('/', '?')))
            throw new FormatException("The postgres:// URL has an @ that does not end user and password. Within them, write %40 for @, %2F for / and %3F for ?; elsewhere %40 for @");
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
