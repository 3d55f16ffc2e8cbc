using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Cambist.Attack.Tests.Properties;

/// <summary>
/// Thousands of random requests to the real engine under random registries. A failure prints the registry, the request and the
/// seed; <c>CAMBIST_REPLAY=seed,gamma</c> plays that run again.
/// </summary>
public sealed class RandomRegistryTests
{
    static readonly Func<IEnumerable<string>, IEnumerable<string>> AsWritten = items => items, Reversed = items => items.Reverse();

    /// <summary>Checks so many registries; there must be enough that load, and enough in them that is given and refused.</summary>
    static void Check(int registries, Func<RandomRegistry, Script, LocalEngine, Task<List<Script.Step>>> property)
    {
        var (loaded, given, refused) = (0, 0, 0);
        var config = Config.QuickThrowOnFailure.WithMaxTest(registries).WithStartSize(50);
        if (Environment.GetEnvironmentVariable("CAMBIST_REPLAY") is { } replay && replay.Split(',') is [var seed, var gamma])
            config = config.WithReplay(new FsCheck.Replay(new Rnd(ulong.Parse(seed, CultureInfo.InvariantCulture), ulong.Parse(gamma, CultureInfo.InvariantCulture)), null));
        FsCheck.Check.One(config, Prop.ForAll(Tape.Any(), choices =>
        {
            var tape = new Tape(choices);
            var registry = RandomRegistry.Of(tape);
            var script = new Script(registry, tape);
            PlayAsync().GetAwaiter().GetResult();

            async Task PlayAsync()
            {
                await using var engine = LocalEngine.Open(registry, AsWritten);
                if (engine is null) return;
                var steps = await property(registry, script, engine);
                loaded++;
                given += steps.Count(step => step.Given is not null);
                refused += steps.Count(step => step.Given is null);
            }
        }));
        loaded.ShouldBeGreaterThan(registries / 4);
        given.ShouldBeGreaterThan((given + refused) / 8, $"{given} given, {refused} refused, {loaded} of {registries} registries loaded");
        refused.ShouldBeGreaterThan((given + refused) / 8);
        TestContext.Current.SendDiagnosticMessage($"{loaded} of {registries} registries, {given} given, {refused} refused");
    }

    static string Tell(RandomRegistry registry, Script.Step step) =>
        $"{new RegistryText(registry, LocalEngine.Issuer, "jwks", AsWritten).Write()}\n{step.Ask.Caller.Id} for {step.Ask.Target.Name}, scopes {(step.Ask.Scopes is { } scopes ? string.Join(' ', scopes) : "-")}"
        + $"\nsubject {Tell(step.Subject)}\ngave {Tell(step.Given)}\n{(step.Outcome is Outcome.Refused { Entry: var entry } refused ? $"{refused.Reason} {entry?.Trace}" : "")}\n";

    static string Tell(Holding? holding) => holding is null ? "nothing" : System.Text.Json.JsonSerializer.Serialize(holding, Fields);

    static readonly System.Text.Json.JsonSerializerOptions Fields = new() { IncludeFields = true };

    [Fact]
    public void Every_decision_is_the_one_that_the_contract_prescribes() => Check(300, async (registry, script, engine) =>
    {
        var oracle = new Oracle(registry, LocalEngine.Issuer, LocalEngine.Now);
        var steps = await script.PlayAsync(engine, AsWritten);
        foreach (var step in steps)
        {
            var expected = oracle.Judge(step.Ask, step.Subject);
            Sorted(step.Given).ShouldBe(Sorted(expected), $"the contract gives {Tell(expected)}\n{Tell(registry, step)}");
        }

        return steps;
    });

    static string Sorted(Holding? holding) => Tell(holding is null ? null : holding with { Scopes = [.. holding.Scopes!.Order()] });

    [Fact]
    public void No_exchange_gives_more_scope_or_life_or_target_than_subject_and_rules_give_and_no_chain_loses_an_actor() => Check(300, async (registry, script, engine) =>
    {
        var steps = await script.PlayAsync(engine, AsWritten);
        foreach (var step in steps)
        {
            if (step is not { Given: { } given, Subject: { } subject }) continue;
            var (target, said) = (step.Ask.Target, Tell(registry, step));
            given.Audiences.ShouldBe([target.Identifier], said);
            (given.Sub, given.Kind).ShouldBe((subject.Sub, subject.Kind), said);
            given.Client.ShouldBe(step.Ask.Caller.Id, said);
            subject.IsBound.ShouldBeFalse(said);

            // Whichever rule it was: none of the caller's gives that scope for what the subject holds, or one does.
            foreach (var (_, scope) in given.Scopes!)
                registry.Rules.Any(rule => rule.Clients.Contains(given.Client!) && rule.Gifts.Any(gift => gift.Api == target.Index && Entitles(gift, subject, scope))).ShouldBeTrue($"{scope}\n{said}");
            if (subject.IsOurs && subject.Audiences[0] == target.Identifier && registry.Rules.All(rule => rule.Gifts.All(gift => gift.List is not null)))
                given.Scopes!.ShouldBeSubsetOf(subject.Scopes!, said);

            given.Expires.ShouldBeLessThanOrEqualTo(LocalEngine.Now + target.Life, said);
            if (subject.IsOurs || !registry.Rules.Any(rule => rule.MayOutlive)) given.Expires.ShouldBeLessThanOrEqualTo(subject.Expires, said);

            given.Act.Length.ShouldBeInRange(subject.Act.Length, subject.Act.Length + 1, said);
            given.Act[^subject.Act.Length..].ShouldBe(subject.Act, said);
            if (given.Act.Length > subject.Act.Length) given.Act[0].ShouldBe((step.Ask.Caller.Id, null), said);
            if (step.SubjectId is { } parent) step.GivenId!.ShouldStartWith(parent + ".", Case.Sensitive, said);
            step.GivenId!.Split('.').Length.ShouldBe((step.SubjectId?.Split('.').Length ?? 1) + 1, said);
        }

        return steps;
    });

    static bool Entitles(Gift gift, Holding subject, string scope) => gift.List is { } list
        ? list.Contains(scope) && (subject.Scopes is null || subject.Scopes.Contains((gift.Api, scope)))
        : gift.Map.Any(entry => entry.Scope == scope && (entry.Held is null || entry.Held.Any(held => subject.Scopes?.Contains(held) == true)));

    [Fact]
    public void No_decision_depends_on_the_order_of_what_has_none() => Check(200, async (registry, script, engine) =>
    {
        var steps = await script.PlayAsync(engine, AsWritten);
        await using var twin = LocalEngine.Open(registry, Reversed);
        twin.ShouldNotBeNull("the same document in another order does not load");
        var others = await script.PlayAsync(twin, Reversed, isReversed: true);
        foreach (var (step, other) in steps.Zip(others))
        {
            Sorted(other.Given).ShouldBe(Sorted(step.Given), Tell(registry, step));
            if (step.Outcome is Outcome.Refused refused) (other.Outcome as Outcome.Refused)?.Reason.ShouldBe(refused.Reason, Tell(registry, step));
        }

        return steps;
    });
}
