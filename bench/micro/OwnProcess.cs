using System.Reflection;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.CsProj;
using BenchmarkDotNet.Toolchains.DotNetCli;

namespace Cambist.Benchmarks;

/// <summary>
/// A process for each benchmark, as BenchmarkDotNet does it by itself, but that it would look for this project by name in the whole checkout, and
/// give up where a load run has left a copy of the tree under <c>artifacts</c>.
/// </summary>
sealed class OwnProcess() : Toolchain("own process", new ThisProject(), new DotNetCliBuilder(Framework), new DotNetCliExecutor(customDotNetCliPath: null!))
{
    const string Framework = "net10.0";

    sealed class ThisProject() : CsProjGenerator(Framework, cliPath: null!, packagesPath: null!, runtimeFrameworkVersion: null!)
    {
        protected override FileInfo GetProjectFilePath(Type benchmarkTarget, ILogger logger) =>
            new(benchmarkTarget.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Project").Value!);
    }
}
