using System.Text;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>The command line within this process, for all that does not need one of its own; paths are absolute.</summary>
sealed class Cli : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-cli-");

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    public async Task<CommandResult> RunAsync(string[] arguments, string input = "", bool coloured = false)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var stdin = new MemoryStream(Encoding.UTF8.GetBytes(input));
        var code = await CommandLine.RunAsync(arguments, new Terminal(stdin, output, error) { Clock = Clock, ColoursOutput = coloured, ColoursError = coloured });
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs what must fail, and returns its one line on stderr.</summary>
    public async Task<string> FailAsync(string[] arguments, string input = "", int exitCode = 1)
    {
        var result = await RunAsync(arguments, input);
        result.ExitCode.ShouldBe(exitCode, result.Output + result.Error);
        result.Output.ShouldBeEmpty();
        return result.Error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
