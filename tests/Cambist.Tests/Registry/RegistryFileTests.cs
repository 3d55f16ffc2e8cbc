using System.Text;
using Cambist.Yaml;

namespace Cambist.Tests;

public sealed class RegistryFileTests : IDisposable
{
    const string Text = "issuer: https://sts.example.com\nclients: { a: { secrets: { file: secret } } }\n";

    readonly string _folder = Directory.CreateTempSubdirectory("cambist-registry-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    [Fact]
    public void A_registry_is_loaded_with_the_secrets_beside_it()
    {
        var path = Write("cambist.yaml", Text);
        var secret = Write("secret", "a-secret-of-a-client\n");
        var loaded = RegistryFile.Load(path, new());
        loaded.Compilation.Findings.Where(finding => finding.Check is null).ShouldBeEmpty();
        loaded.Compilation.Registry!.Clients["a"].Secrets.ShouldHaveSingleItem();
        loaded.Text.ShouldBe(Text);
        loaded.Files.ShouldBe([secret]);
    }

    [Fact]
    public void The_secrets_folder_of_the_settings_wins_over_the_registrys_own()
    {
        var path = Write("cambist.yaml", Text);
        Write("secret", "");
        var secret = Write("secrets/secret", "a-secret-of-a-client\n");
        var loaded = RegistryFile.Load(path, new() { SecretsFolder = Path.Combine(_folder, "secrets") });
        loaded.Compilation.Findings.Where(finding => finding.Check is null).ShouldBeEmpty();
        loaded.Files.ShouldBe([secret]);
    }

    [Fact]
    public void A_missing_file_is_an_error_and_worth_watching()
    {
        var loaded = RegistryFile.Load(Write("cambist.yaml", Text), new());
        loaded.Compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("no readable file 'secret'");
        loaded.Files.ShouldBe([Path.Combine(_folder, "secret")]);
    }

    [Fact]
    public void The_settings_reach_the_compiler()
    {
        var loaded = RegistryFile.Compile("cambist.yaml", "{}", _folder, new() { DefaultIssuer = "http://sts.example.com", AllowHttp = true });
        loaded.Compilation.Registry!.Issuer.ShouldBe("http://sts.example.com");
        RegistryFile.Compile("cambist.yaml", "issuer: https://a.example", _folder, new() { ConfiguredIssuer = "https://b.example" }).Compilation.Errors().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_registry_that_is_not_there_is_one_finding_that_says_what_to_do()
    {
        var finding = RegistryFile.Load(Path.Combine(_folder, "none.yaml"), new()).Compilation.Errors().ShouldHaveSingleItem();
        finding.Message.ShouldContain("cambist new registry");
        RegistryFile.Load(_folder, new()).Compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("cannot be read");
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_is_one_finding()
    {
        var path = Path.Combine(_folder, "cambist.yaml");
        File.WriteAllBytes(path, [.. "issuer: "u8, 0xE9]);
        RegistryFile.Load(path, new()).Compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("UTF-8");
        File.WriteAllBytes(path, Encoding.Unicode.GetBytes("issuer: https://sts.example.com"));
        RegistryFile.Load(path, new()).Compilation.Errors().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_file_of_more_than_four_mebibytes_is_not_read_to_its_end()
    {
        var path = Path.Combine(_folder, "cambist.yaml");
        File.WriteAllText(path, "#" + new string('é', 5_000_000));
        var loaded = RegistryFile.Load(path, new());
        loaded.Compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("4 MiB");
        loaded.Text.ShouldBeEmpty();
    }

    [Fact]
    public void Names_and_links_that_lead_out_of_the_folder_are_answered_like_missing_files()
    {
        var outside = Write("outside", "not-for-the-registry");
        Write("secrets-2/x", "a-neighbour");
        var folder = new SecretsFolder(Path.Combine(_folder, "secrets"), new());
        Write("secrets/inside", "ok");
        File.CreateSymbolicLink(Path.Combine(_folder, "secrets", "link"), outside);
        File.CreateSymbolicLink(Path.Combine(_folder, "secrets", "relative"), "../outside");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "secrets", "up"), "..");
        File.CreateSymbolicLink(Path.Combine(_folder, "secrets", "circle"), "circle");

        folder.Read("inside")!.Content.ToArray().ShouldBe("ok"u8.ToArray());
        foreach (var name in new[] { "../outside", outside, "link", "relative", "up/outside", "../secrets-2/x", "circle", "", ".", "..", "inside/x", "none", "a\0b" })
            folder.Read(name).ShouldBeNull(name);
    }

    [Fact]
    public void Links_within_the_folder_are_followed_as_mounted_secrets_have_them()
    {
        Write("secrets/..2030_01_31/secret", "a-secret-of-a-client");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "secrets", "..data"), "..2030_01_31");
        File.CreateSymbolicLink(Path.Combine(_folder, "secrets", "secret"), "..data/secret");
        new SecretsFolder(Path.Combine(_folder, "secrets"), new()).Read("secret")!.Content.ToArray().ShouldBe("a-secret-of-a-client"u8.ToArray());
    }

    [Fact]
    public void A_secrets_folder_that_is_a_link_itself_is_followed()
    {
        Write("real/secret", "a-secret-of-a-client");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "alias"), "real");
        new SecretsFolder(Path.Combine(_folder, "alias"), new()).Read("secret").ShouldNotBeNull();
    }

    [Fact]
    public void A_secret_file_of_256_KiB_is_read_and_a_byte_more_is_not()
    {
        Write("fits", new string('x', SecretsFolder.MaxBytes));
        Write("large", new string('x', SecretsFolder.MaxBytes + 1));
        var folder = new SecretsFolder(_folder, new());
        folder.Read("fits")!.Content.Length.ShouldBe(SecretsFolder.MaxBytes);
        folder.Read("large").ShouldBeNull();
    }

    [Fact]
    public async Task A_named_pipe_is_as_good_as_an_empty_file_and_nobody_waits_for_its_writer()
    {
        if (OperatingSystem.IsWindows()) return; // its pipes have no place among files
        var registry = MakePipe("pipe.yaml");
        (await Soon(() => RegistryFile.Load(registry, new()))).Compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("empty");

        MakePipe("secret");
        var loaded = await Soon(() => RegistryFile.Load(Write("cambist.yaml", Text), new()));
        loaded.Compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("empty");

        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "pipe.yaml");
        (await Soon(() => RegistryFile.Load(Path.Combine(_folder, "link"), new()))).Compilation.Errors().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_file_that_becomes_a_named_pipe_is_seen_to_have_changed()
    {
        if (OperatingSystem.IsWindows()) return; // its pipes have no place among files
        var watched = new WatchedFiles();
        var folder = new SecretsFolder(_folder, watched);
        var path = Write("secret", "a-secret-of-a-client");
        folder.Read("secret").ShouldNotBeNull();
        File.Delete(path);
        MakePipe("secret");
        (await Soon(watched.HaveChanged)).ShouldBeTrue();
    }

    static async Task<T> Soon<T>(Func<T> what) =>
        await Task.Factory.StartNew(what, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    string MakePipe(string name)
    {
        var path = Path.Combine(_folder, name);
        using var made = System.Diagnostics.Process.Start("mkfifo", [path]);
        made.WaitForExit();
        made.ExitCode.ShouldBe(0);
        return path;
    }
}
