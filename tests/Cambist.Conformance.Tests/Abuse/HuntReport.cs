using Cambist.Conformance.Tests.Abuse;
using Cambist.Testing;

[assembly: AssemblyFixture(typeof(HuntReport))]

namespace Cambist.Conformance.Tests.Abuse;

/// <summary>Says after the whole run what was searched for secrets, and fails it if that was nothing.</summary>
public sealed class HuntReport : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Console.WriteLine(SecretHunt.Report());
}
