namespace Cambist.Tests;

public class DenyErrorTests
{
    [Theory]
    [InlineData("§{ reason: x, clients: web }", "deny", "name is missing")]
    [InlineData("§{ name: d, clients: web }", "deny d", "reason is missing")]
    [InlineData("{ name: d, reason: §'', clients: web }", "deny d", "no value")]
    [InlineData("{ name: §none, reason: x, clients: web }", "deny none", "reserved")]
    [InlineData("{ name: d, reason: x, clients: §[] }", "deny d", "never means all")]
    [InlineData("{ name: d, reason: x, clients: §wob }", "deny d", "did you mean web?")]
    [InlineData("{ name: d, reason: x, clients: §mobile-* }", "deny d", "no client matches")]
    [InlineData("{ name: d, reason: x, targets: §[] }", "deny d", "never means all")]
    [InlineData("{ name: d, reason: x, targets: [orders, §biling] }", "deny d", "did you mean billing?")]
    [InlineData("{ name: d, reason: x, targets: §{ orders: read } }", "deny d", "list of resources")]
    [InlineData("{ name: d, reason: x, subject: §{} }", "deny d", "selects nothing")]
    [InlineData("{ name: d, reason: x, subject: { issuer: §logn } }", "deny d", "did you mean login?")]
    [InlineData("{ name: d, reason: x, subject: { issuer: login, token_types: §jwt } }", "deny d", "never gives jwt")]
    [InlineData("{ name: d, reason: x, subject: { kind: §users } }", "deny d", "did you mean user?")]
    [InlineData("{ name: d, reason: x, subject: { where: §[] } }", "deny d", "where")]
    [InlineData("{ name: d, reason: x, actor: §none }", "deny d", "must be a map")]
    [InlineData("{ name: d, reason: x, actor: §{} }", "deny d", "selects nothing")]
    [InlineData("{ name: d, reason: x, actor: { issuer: §agent } }", "deny d", "did you mean agents?")]
    [InlineData("{ name: d, reason: x, actor: { where: { sub: { in: §stuff } } } }", "deny d", "did you mean staff?")]
    [InlineData("{ name: d, reason: x, clients: web, §because: y }", "deny d", "'because' is unknown")]
    public void Each_error_of_a_deny_entry_is_found(string entry, string subject, string part)
    {
        if (entry.Contains("token_types: §jwt", StringComparison.Ordinal))
        {
            // both halves are said: the type that never comes, and the issuer that is left without one
            RegistryText.Compile(Marked.Read(Wrong.Base + $"deny: {entry}\n").Text).Errors().Select(error => error.Message).ShouldContain(message => message.Contains(part, StringComparison.Ordinal));
            return;
        }

        Wrong.Is(Wrong.Base + $"deny: {entry}\n", subject, part);
    }

    [Fact]
    public void Two_deny_entries_of_one_name_are_an_error() => Wrong.Is(
        Wrong.Base + "deny:\n  - { name: d, reason: x, clients: web }\n  - { name: §d, reason: y, clients: web }\n", "deny d", "has this name too");

    [Fact]
    public void An_entry_that_denies_everything_is_a_warning() =>
        RegistryText.Compile(Wrong.Base + "deny: { name: stop, reason: incident }\n").Warnings().Single(warning => warning.Subject == "deny stop").Message.ShouldContain("denies everything");
}
