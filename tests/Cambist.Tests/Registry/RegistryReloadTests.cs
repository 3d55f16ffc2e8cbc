using Cambist.Tests.Keys;
using Cambist.Yaml;

namespace Cambist.Tests;

public sealed class RegistryReloadTests : IDisposable
{
    const string Text = "issuer: https://sts.example.com\n";
    const string Issuers = "issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\" } }\n";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-reload-");
    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();
    readonly AwayStore _store = new();
    readonly StubIssuer _idp = new();
    readonly HttpMessageInvoker _http;

    public RegistryReloadTests() => _http = new(_idp);

    public void Dispose()
    {
        _http.Dispose();
        _idp.Dispose();
        _folder.Delete(recursive: true);
    }

    string Document => Path.Combine(_folder.FullName, "cambist.yaml");

    /// <summary>Starts on a document, or on what the store has kept.</summary>
    async Task<RegistryReload> StartAsync(string text, Func<IRegistryLoader, IRegistryLoader>? through = null)
    {
        File.WriteAllText(Document, text);
        IRegistryLoader loader = new RegistryFileLoader(Document, new() { Clock = _clock });
        loader = through?.Invoke(loader) ?? loader;
        var start = await StartingRegistry.ChooseAsync(loader, loader.Load(), _store, _clock, _events);
        var active = new ActiveRegistry(start.InForce.Compilation.Registry!);
        return new(loader, start, new(active, _store, new(_http, _clock, _events), _clock), _events);
    }

    static async Task LookAsync(RegistryReload reload, int times)
    {
        for (var i = 0; i < times; i++) await reload.LookAsync(CancellationToken.None);
    }

    static string Revision(string text) => Registry.RevisionOf(text);

    [Fact]
    public async Task A_change_is_taken_at_the_second_look_that_finds_it_and_kept_by_the_store()
    {
        var reload = await StartAsync(Text);
        File.WriteAllText(Document, Text + "# edited\n");
        await LookAsync(reload, 1);
        reload.Registry.Current.Revision.ShouldBe(Revision(Text));
        await LookAsync(reload, 1);
        reload.Registry.Current.Revision.ShouldBe(Revision(Text + "# edited\n"));
        (await _store.FindLatestAsync(CancellationToken.None))!.Text.ShouldBe(Text + "# edited\n");
    }

    [Fact]
    public async Task What_changes_between_any_two_looks_is_taken_once_it_stays()
    {
        var reload = await StartAsync(Text);
        for (var i = 0; i < 5; i++)
        {
            File.WriteAllText(Document, Text + $"# edit {i}\n");
            await LookAsync(reload, 1);
            reload.Registry.Current.Revision.ShouldBe(Revision(Text));
        }

        await LookAsync(reload, 1);
        reload.Registry.Current.Revision.ShouldBe(Revision(Text + "# edit 4\n"));
        _events.Names.ShouldBe(["registry_activated"]);
    }

    [Fact]
    public async Task A_look_that_breaks_is_repeated_though_nothing_changes_meanwhile()
    {
        BreakingLoader? breaking = null;
        var reload = await StartAsync(Text, loader => breaking = new(loader));
        File.WriteAllText(Document, Text + "# edited\n");
        breaking!.IsBroken = true;
        await Should.ThrowAsync<InvalidOperationException>(() => LookAsync(reload, 1));
        breaking.IsBroken = false;
        await LookAsync(reload, 2);
        reload.Registry.Current.Revision.ShouldBe(Revision(Text + "# edited\n"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_looks_break_readiness_shows_it_and_a_secret_that_is_taken_out_of_its_file_stops_working(bool whileLooking)
    {
        var secret = Path.Combine(_folder.FullName, "web-secret");
        File.WriteAllText(secret, "the-secret-of-web-1234567890");
        const string WithSecret = Text + "clients: { web: { secrets: { file: web-secret } } }\n";
        BreakingLoader? breaking = null;
        var reload = await StartAsync(WithSecret, loader => breaking = new(loader));
        File.WriteAllText(Document, WithSecret + "unknown: 1\n");
        await LookAsync(reload, 2);
        var refused = reload.Registry.Refused.ShouldNotBeNull();

        (breaking!.IsBroken, breaking.IsBrokenWhileLooking) = (true, whileLooking);
        File.WriteAllText(Document, WithSecret + "# edited\n");
        File.WriteAllText(secret, "another-secret-of-web-1234567890");
        var since = _clock.GetUtcNow();
        for (var i = 0; i < 3; i++)
        {
            await Should.ThrowAsync<InvalidOperationException>(() => LookAsync(reload, 1));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var shown = reload.Registry.Refused!;
        (shown.FileName, shown.Revision, shown.Errors, shown.Since).ShouldBe(("cambist.yaml", null, 1, since));
        shown.Messages.ShouldHaveSingleItem().ShouldContain("InvalidOperationException");
        shown.Messages[0].ShouldNotContain("A bug.");
        reload.Registry.Current.Revision.ShouldBe(Revision(WithSecret));
        reload.Registry.Current.Clients["web"].Secrets.ShouldHaveSingleItem().Sha256.ToArray()
            .ShouldBe(System.Security.Cryptography.SHA256.HashData("another-secret-of-web-1234567890"u8));

        breaking.IsBroken = false;
        File.WriteAllText(Document, WithSecret + "unknown: 1\n");
        await LookAsync(reload, 2);
        reload.Registry.Refused!.Revision.ShouldBe(refused.Revision); // what was wrong before still is
        File.WriteAllText(Document, WithSecret);
        await LookAsync(reload, 2);
        reload.Registry.Refused.ShouldBeNull();
    }

    /// <summary>A loader that reads, and then breaks.</summary>
    sealed class BreakingLoader(IRegistryLoader loader) : IRegistryLoader
    {
        public bool IsBroken { get; set; }

        public LoadedRegistry Load()
        {
            var loaded = loader.Load();
            return IsBroken ? throw new InvalidOperationException("A bug.") : loaded;
        }

        public LoadedRegistry Compile(string name, string text) => loader.Compile(name, text);

        public bool IsBrokenWhileLooking { get; set; }

        public bool HasChanged() => IsBroken && IsBrokenWhileLooking ? throw new InvalidOperationException("A bug.") : loader.HasChanged();
    }

    [Fact]
    public async Task A_store_that_is_away_keeps_the_old_registry_until_it_is_back()
    {
        var reload = await StartAsync(Text);
        File.WriteAllText(Document, Text + Issuers);
        _store.IsAway = true;
        await LookAsync(reload, 1);
        for (var i = 0; i < 3; i++) await Should.ThrowAsync<StoreUnavailableException>(() => LookAsync(reload, 1));
        reload.Registry.Current.Revision.ShouldBe(Revision(Text));
        _store.IsAway = false;
        await LookAsync(reload, 1);
        reload.Registry.Current.Issuers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_start_with_another_issuer_than_the_store_has_seen_is_one_warning()
    {
        await StartAsync(Text);
        await StartAsync(Text + "# edited\n");
        _events.Names.ShouldNotContain("issuer_changed");

        await StartAsync("issuer: https://other.example.com\n");
        var warning = _events.All.Where(one => one.Name == "issuer_changed").ShouldHaveSingleItem();
        warning.Severity.ShouldBe(EngineEventSeverity.Warning);
        warning.Message.ShouldContain("https://sts.example.com");
        warning.Message.ShouldContain("https://other.example.com");
    }

    [Fact]
    public async Task A_start_on_a_bad_file_serves_what_the_store_kept_and_tells_every_error()
    {
        await StartAsync(Text);
        var reload = await StartAsync("one: 1\ntwo: 2\n");
        reload.Registry.Current.Revision.ShouldBe(Revision(Text));
        reload.Registry.Refused.ShouldBe(new("cambist.yaml", Revision("one: 1\ntwo: 2\n"), reload.Registry.Refused!.Errors, _clock.GetUtcNow()) { Messages = reload.Registry.Refused.Messages });
        reload.Registry.Refused.Messages.Length.ShouldBe(reload.Registry.Refused.Errors);
        _events.Last.Message.Split('\n').Length.ShouldBe(1 + reload.Registry.Refused.Errors);
        await LookAsync(reload, 3);
        _events.Names.Count(name => name == "registry_refused").ShouldBe(1);

        File.WriteAllText(Document, Text);
        await LookAsync(reload, 2);
        reload.Registry.Refused.ShouldBeNull();
        _events.Last.Name.ShouldBe("registry_mended");
    }

    [Fact]
    public async Task A_start_on_a_bad_file_with_nothing_kept_is_refused_with_every_error()
    {
        var failure = await Should.ThrowAsync<RegistryException>(() => StartAsync(Text + "one: 1\ntwo: 2\n"));
        failure.Message.Split('\n').Length.ShouldBe(2);
        failure.Registry.FileName.ShouldBe(Document);
    }

    [Fact]
    public async Task A_warning_is_told_when_it_is_new()
    {
        var reload = await StartAsync(Text);
        var warned = Text + "clients: { web: { secrets: { sha256: \"" + new string('a', 64) + "\", expires: 2029-01-01 } } }\n";
        File.WriteAllText(Document, warned);
        await LookAsync(reload, 2);
        var first = _events.Names.Count(name => name == "registry_warning");
        first.ShouldBeGreaterThan(0);
        File.WriteAllText(Document, warned + "# edited\n");
        await LookAsync(reload, 2);
        _events.Names.Count(name => name == "registry_activated").ShouldBe(2);
        _events.Names.Count(name => name == "registry_warning").ShouldBe(first);
    }

    /// <summary>The memory store's registries, which can be away.</summary>
    sealed class AwayStore : IRegistryStore
    {
        readonly MemoryRegistries _kept = new(new());

        public bool IsAway { get; set; }

        public ValueTask SaveActivatedAsync(RegistryRevision revision, CancellationToken cancellationToken) =>
            IsAway ? throw new StoreUnavailableException("away") : _kept.SaveActivatedAsync(revision, cancellationToken);

        public ValueTask<RegistryRevision?> FindLatestAsync(CancellationToken cancellationToken) => _kept.FindLatestAsync(cancellationToken);

        public ValueTask<RegistryRevision?> FindAsync(string revision, CancellationToken cancellationToken) => _kept.FindAsync(revision, cancellationToken);

        public ValueTask<ReadOnlyMemory<byte>?> FindAdminTokenHashAsync(CancellationToken cancellationToken) => _kept.FindAdminTokenHashAsync(cancellationToken);

        public ValueTask SaveAdminTokenHashAsync(ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken) => _kept.SaveAdminTokenHashAsync(sha256, cancellationToken);
    }
}
