using Cambist.Conformance.Tests;
using Cambist.Testing;

// They are disposed in this order: the report comes when the worlds have been looked through.
[assembly: AssemblyFixture(typeof(MainWorld))]
[assembly: AssemblyFixture(typeof(OpaqueWorld))]
[assembly: AssemblyFixture(typeof(HuntReport))]
