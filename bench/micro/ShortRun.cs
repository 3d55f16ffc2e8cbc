using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using Perfolizer.Horology;

namespace Cambist.Benchmarks;

/// <summary>So short that all of it ends in minutes; on a quiet machine the numbers repeat within a few per cent. The runtime is set up as the server's.</summary>
sealed class ShortRun : ManualConfig
{
    public ShortRun()
    {
        AddJob(Job.Default
            .WithToolchain(new OwnProcess())
            .WithGcServer(false)
            .WithGcConcurrent(false)
            .WithEnvironmentVariable("DOTNET_GCGen0MaxBudget", "1000000") // hexadecimal: 16 MiB
            .WithEnvironmentVariable("DOTNET_TC_CallCountingDelayMs", "1")
            .WithLaunchCount(1)
            .WithWarmupCount(3)
            .WithIterationCount(6)
            .WithIterationTime(TimeInterval.FromMilliseconds(200)));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        HideColumns("Job", "Toolchain", "InvocationCount", "UnrollFactor", Column.Error, Column.Gen0, Column.Gen1, Column.Gen2, Column.RatioSD, Column.AllocRatio);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.Console);
    }
}
