using Cambist.Reliability.Tests;

[assembly: AssemblyFixture(typeof(Database))]

// Recovery is timed, and each test has the machine to itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
