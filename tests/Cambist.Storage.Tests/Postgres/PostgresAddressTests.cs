using Cambist.Storage.Postgres;
using Npgsql;

namespace Cambist.Storage.Tests.Postgres;

public class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://cambist:pa%40ss%2Fw%3Ard@db:6432/my%20ledger?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem", "db:6432", "cambist", "pa@ss/w:rd", "my ledger")]
    [InlineData("postgresql://db", "db", null, null, null)]
    [InlineData("postgres://u@db1:5433,db2,[::1]:5434/ledger", "db1:5433,db2,[::1]:5434", "u", null, "ledger")]
    [InlineData("postgres://u:a:b%40c@db/ledger", "db", "u", "a:b@c", "ledger")]
    [InlineData("postgres:///ledger?host=%2Fvar%2Frun%2Fpostgresql&user=u&password=p", "/var/run/postgresql", "u", "p", "ledger")]
    [InlineData("Host=db1,db2;Database=ledger;Username=u;Password=\"a;b=c\"", "db1,db2", "u", "a;b=c", "ledger")]
    [InlineData("Server=db;Target Session Attributes=read-write", "db", null, null, null)]
    public void An_address_is_read_in_both_ways_of_writing_it(string address, string host, string? user, string? password, string? database)
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(address));

        (settings.Host, settings.Username, settings.Password, settings.Database)
            .ShouldBe((host, user, password, database));
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void The_ssl_mode_of_a_URL_is_taken_over(string written, SslMode mode) =>
        new NpgsqlConnectionStringBuilder(PostgresAddress.Parse("postgres://db?sslmode=" + written)).SslMode.ShouldBe(mode);

    [Theory]
    [InlineData("", "no host")]
    [InlineData("Database=ledger;Password=s3cret", "no host")]
    [InlineData("Host=db;Passwort=s3cret", "not understood")]
    [InlineData("Host=db;Password=a;s3cret=b", "not understood")]
    [InlineData("Host=db;s3cret", "not understood")]
    [InlineData("Host=db;Port=s3cret", "not understood")]
    [InlineData("Host=db;SSL Mode=s3cret", "not understood")]
    [InlineData("Host=db;Target Session Attributes=standby;Password=s3cret", "primary")]
    [InlineData("postgres://u:s3cret@db/ledger?target_session_attrs=standby", "primary")]
    [InlineData("postgres://u:s3cret@/ledger", "no host")]
    [InlineData("postgres://u:s3cret@db:s3cret/ledger", "port")]
    [InlineData("postgres://db?sslmode=s3cret", "sslmode is")]
    [InlineData("postgres://db?s3cret=1", "known: sslmode")]
    [InlineData("postgres://db?connect_timeout=s3cret", "whole number")]
    [InlineData("postgres://db?connect_timeout=99999999", "whole number")]
    [InlineData("postgres://u:12/s3cret@db/ledger", "%2F")]
    [InlineData("postgres://u:12?s3cret@db/ledger", "%3F")]
    [InlineData("postgres://u:12?password=s3cret@db/ledger", "%40")]
    [InlineData("postgres://u:1@s3cret@db/ledger", "%40")]
    [InlineData("postgres://u:1@s3cret/2@db/ledger", "%40")]
    [InlineData("postgres://u:p@db/ledger?target_session_attrs=s3cret", "target_session_attrs")]
    [InlineData("Host=db;Target Session Attributes=s3cret", "not understood")]
    [InlineData("Host=db;Minimum Pool Size=9;Maximum Pool Size=3;Password=s3cret", "not understood")]
    [InlineData("Host=db;SSL Negotiation=direct;SSL Mode=disable;Password=s3cret", "not understood")]
    [InlineData("Host=db;Timeout=-1;Password=s3cret", "not understood")]
    [InlineData("Host=db;Keepalive=-1;Password=s3cret", "not understood")]
    public void What_is_wrong_is_told_in_one_line_without_a_value(string address, string about)
    {
        var failure = Should.Throw<FormatException>(() => PostgresAddress.Parse(address));

        failure.Message.ShouldContain(about);
        failure.Message.ShouldNotContain('\n');
        failure.ToString().ShouldNotContain("s3cret");
    }
}
