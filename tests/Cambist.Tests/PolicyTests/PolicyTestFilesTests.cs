using Cambist.Tests.Keys;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>Policy tests beside a registry: which files they are, and what a server does about one that fails.</summary>
public sealed class PolicyTestFilesTests : IDisposable
{
    const string Text = Wrong.Issuer + """
        issuers:
          login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
        clients:
          web: { secrets: { file: web-secret } }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read] } }

        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-tests-");
    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();
    readonly MemoryRegistries _store = new(new());
    readonly StubIssuer _idp = new();
    readonly HttpMessageInvoker _http;

    public PolicyTestFilesTests()
    {
        _http = new(_idp);
        Write("cambist.yaml", Text);
        Write("web-secret", "the-secret-of-web-1234567890");
    }

    public void Dispose()
    {
        _http.Dispose();
        _idp.Dispose();
        _folder.Delete(recursive: true);
    }

    string Document => Path.Combine(_folder.FullName, "cambist.yaml");

    void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    static string Test(string name, string scopes) =>
        $"tests: [{{ name: {name}, client: web, subject: {{ issuer: login, claims: {{ sub: ada }} }}, targets: orders, expect: {{ allow: {{ scopes: {scopes} }} }} }}]\n";

    RegistryFileLoader Loader() => new(Document, new() { Clock = _clock }, tests: _folder.FullName);

    static string[] Errors(LoadedRegistry loaded) => [.. loaded.Errors.Select(error => error[(error.LastIndexOf('/') + 1)..])];

    [Fact]
    public void Files_are_run_in_ordinal_order_of_their_names_and_hidden_ones_and_others_are_not()
    {
        Write("b.test.yaml", Test("of b", "write"));
        Write("B.test.yaml", Test("of B", "write"));
        Write("a.test.yaml", Test("of a", "read"));
        Write(".#a.test.yaml", "no tests");
        Write("a.test.yaml~", "no tests");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "c.test.yaml"));
        var loaded = Loader().Load();
        loaded.Compilation.IsUsable.ShouldBeFalse();
        loaded.PolicyTests.ShouldBe(new PolicyTestTally(3, 0, 3, 2));
        Errors(loaded).Select(error => error.Split(':')[0]).ShouldBe(["B.test.yaml", "b.test.yaml"]);
    }

    [Fact]
    public void A_file_that_is_no_document_is_an_error_and_the_others_are_run()
    {
        Write("a.test.yaml", "tests: [");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "b.test.yaml"), [0xFF, 0xFE]);
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "c.test.yaml"), "nowhere");
        Write("d.test.yaml", Test("of d", "write"));
        var loaded = Loader().Load();
        Errors(loaded).Select(error => error.Split(':')[0]).ShouldBe(["a.test.yaml", "b.test.yaml", "c.test.yaml", "d.test.yaml"]);
        loaded.PolicyTests.ShouldBe(new PolicyTestTally(4, 3, 1, 1));
    }

    [Fact]
    public void A_registry_with_errors_is_not_tested()
    {
        Write("a.test.yaml", Test("of a", "write"));
        Write("cambist.yaml", Text + "nonsense: 1\n");
        var loaded = Loader().Load();
        loaded.Errors.ShouldHaveSingleItem();
        loaded.PolicyTests.ShouldBe(new PolicyTestTally(1, 1, 0, 0));
    }

    [Fact]
    public void A_look_at_a_draft_runs_no_tests()
    {
        Write("a.test.yaml", Test("of a", "write"));
        RegistryFile.Load(Document, new()).Compilation.IsUsable.ShouldBeTrue();
    }

    [Fact]
    public void Tests_run_once_for_what_is_read_twice_and_again_for_whatever_changed()
    {
        Write("a.test.yaml", Test("of a", "write"));
        var loader = Loader();
        var first = loader.Load();
        loader.Load().ShouldBeSameAs(first);
        Write("a.test.yaml", Test("of a", "read"));
        var second = loader.Load();
        second.Compilation.IsUsable.ShouldBeTrue();
        loader.Load().ShouldBeSameAs(second);
        Write("cambist.yaml", Text + "# another\n");
        loader.Load().ShouldNotBeSameAs(second);
    }

    [Fact]
    public void A_test_file_that_comes_changes_or_goes_is_a_change_and_nothing_else_in_the_folder_is()
    {
        var loader = Loader();
        var fingerprints = new HashSet<string> { loader.Load().Fingerprint };
        loader.HasChanged().ShouldBeFalse();
        foreach (var change in new Action[]
        {
            () => Write("a.test.yaml", Test("of a", "read")),
            () => Write("a.test.yaml", Test("of a", "write")),
            () => Write("b.test.yaml", Test("of b", "read")),
            () => File.Move(Path.Combine(_folder.FullName, "b.test.yaml"), Path.Combine(_folder.FullName, "c.test.yaml")),
        })
        {
            change();
            loader.HasChanged().ShouldBeTrue();
            fingerprints.Add(loader.Load().Fingerprint).ShouldBeTrue();
        }

        Write("README", "no test");
        loader.HasChanged().ShouldBeFalse();
        File.Delete(Path.Combine(_folder.FullName, "a.test.yaml"));
        loader.HasChanged().ShouldBeTrue();
    }

    [Fact]
    public async Task A_registry_whose_tests_fail_is_refused_until_they_pass_again_and_its_secrets_are_taken_meanwhile()
    {
        Write("a.test.yaml", Test("reading alone", "read"));
        var (loader, before) = (Loader(), Registry.RevisionOf(Text));
        var reload = await StartAsync(loader);

        Write("cambist.yaml", Text.Replace("[read] }", "[read, write] }", StringComparison.Ordinal));
        Write("web-secret", "another-secret-of-web-1234567890");
        for (var i = 0; i < 3; i++) await reload.LookAsync(CancellationToken.None);
        reload.Registry.Current.Revision.ShouldBe(before);
        var refused = reload.Registry.Refused.ShouldNotBeNull();
        refused.Errors.ShouldBe(1);
        refused.Messages.ShouldHaveSingleItem().ShouldContain("reading alone: expected scopes read, got read write");
        var told = _events.All.Single(told => told.Name == "registry_refused").Message;
        told.ShouldContain($"cambist.yaml is refused because 1 of 1 policy tests fails; revision {before} stays in force.");
        told.ShouldContain("a.test.yaml:1:9 reading alone: expected scopes read, got read write");
        reload.Registry.Current.Clients["web"].Secrets.ShouldHaveSingleItem().Sha256.ToArray()
            .ShouldBe(System.Security.Cryptography.SHA256.HashData("another-secret-of-web-1234567890"u8));

        Write("a.test.yaml", Test("reading and writing", "[read, write]"));
        for (var i = 0; i < 3; i++) await reload.LookAsync(CancellationToken.None);
        reload.Registry.Refused.ShouldBeNull();
        reload.Registry.Current.Revision.ShouldNotBe(before);
    }

    [Fact]
    public async Task A_server_that_starts_on_one_serves_what_its_store_has_kept_whatever_the_tests_say_of_that()
    {
        await StartAsync(Loader());
        Write("a.test.yaml", Test("writing", "[read, write]"));
        var reload = await StartAsync(Loader());
        reload.Registry.Current.Revision.ShouldBe(Registry.RevisionOf(Text));
        reload.Registry.Refused!.Messages.ShouldHaveSingleItem().ShouldContain("writing: expected scopes read write, got read");

        var loader = Loader();
        var none = await Should.ThrowAsync<RegistryException>(StartingRegistry.ChooseAsync(loader, loader.Load(), new MemoryRegistries(new()), _clock, _events).AsTask());
        none.Message.ShouldContain("writing: expected scopes read write, got read");
    }

    async Task<RegistryReload> StartAsync(RegistryFileLoader loader)
    {
        var start = await StartingRegistry.ChooseAsync(loader, loader.Load(), _store, _clock, _events);
        var active = new ActiveRegistry(start.InForce.Compilation.Registry!);
        return new(loader, start, new(active, _store, new(_http, _clock, _events), _clock), _events);
    }
}
