// What the parts of an exchange cost, each beside the bare operation that it cannot do without.
//
//   bench/micro.sh [FILTER]
using BenchmarkDotNet.Running;
using Cambist.Benchmarks;

var summaries = BenchmarkSwitcher.FromAssembly(typeof(World).Assembly).Run(args, new ShortRun()).ToArray();
return summaries.Length > 0 && summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
