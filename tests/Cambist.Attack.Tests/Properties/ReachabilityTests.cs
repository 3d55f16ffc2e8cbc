using FsCheck;
using FsCheck.Fluent;

namespace Cambist.Attack.Tests.Properties;

/// <summary>What reachability promises: whatever the real engine gives, over whatever chain, was among what it said could be reached.</summary>
public sealed class ReachabilityTests
{
    [Fact]
    public void Every_token_that_is_really_issued_is_within_what_reachability_says_of_client_resource_scopes_and_origin()
    {
        var (given, chained, unreached) = (0, 0, 0);
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithStartSize(50), Prop.ForAll(Tape.Any(), choices =>
        {
            var tape = new Tape(choices);
            var registry = RandomRegistry.Of(tape);
            PlayAsync(registry, new Script(registry, tape)).GetAwaiter().GetResult();
        }));
        given.ShouldBeGreaterThan(500);
        chained.ShouldBeGreaterThan(50);
        unreached.ShouldBeGreaterThan(100, "it says of everything that it can be reached");
        TestContext.Current.SendDiagnosticMessage($"{given} given, {chained} of them for tokens of ours, {unreached} pairs of client and resource that cannot be reached");

        async Task PlayAsync(RandomRegistry registry, Script script)
        {
            await using var engine = LocalEngine.Open(registry, items => items);
            if (engine is null) return;
            var reach = new Reachability(engine.Registry);
            var origins = new Dictionary<string, string>();
            foreach (var step in await script.PlayAsync(engine, items => items))
            {
                if (step.Given is not { } token) continue;
                var origin = step.Subject switch
                {
                    null when step.Refreshed is not null => origins[step.SubjectId!],
                    null => $"client_credentials of {token.Client}",
                    { IsOurs: true } => origins[step.SubjectId!],
                    var external => external.Issuer,
                };
                origins[step.GivenId!] = origin;
                given++;
                if (step.Subject?.IsOurs == true) chained++;

                var resource = engine.Registry.Resources[step.Ask.Target.Name];
                var said = new RegistryText(registry, LocalEngine.Issuer, "jwks", items => items).Write();
                var found = reach.To(resource).SingleOrDefault(client => client.Client == token.Client);
                found.ShouldNotBeNull($"{token.Client} has a token for {resource.Name}\n{said}");
                foreach (var (_, scope) in token.Scopes!) found.Scopes.ShouldContain(scope, said);
                foreach (var scope in token.Scopes!.Select(at => (string?)at.Scope).Append(null))
                    reach.From(origin, resource, scope).ShouldContain(client => client.Client == token.Client, $"{scope} from {origin}\n{said}");
            }

            unreached += engine.Registry.Resources.Values.Sum(resource => registry.Callers.Length - reach.To(resource).Length);
        }
    }
}
