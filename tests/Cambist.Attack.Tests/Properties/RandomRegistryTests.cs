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

    /// <summary>Checks so many registries; there must be enough that load, and enough in them that is given and refused, in every way.</summary>
    static void Check(int registries, Func<RandomRegistry, Script, LocalEngine, Task<List<Script.Step>>> property)
    {
        var covered = new Coverage();
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
                if (engine is not null) covered.Add(await property(registry, script, engine));
            }
        }));
        TestContext.Current.TestOutputHelper?.WriteLine(covered.ToString());
        Console.WriteLine($"{TestContext.Current.TestMethod!.MethodName}: {covered}");
        covered.ShouldBeEnough(registries);
    }

    static string Tell(RandomRegistry registry, Script.Step step) =>
        $"{new RegistryText(registry, LocalEngine.Issuer, "jwks", AsWritten).Write()}\n{step.Ask.Caller.Id} for {step.Ask.Target.Name}, scopes {(step.Ask.Scopes is { } scopes ? string.Join(' ', scopes) : "-")}"
        + $"\nsubject {Tell(step.Subject ?? step.Refreshed)}\nactor {Tell(step.Ask.Actor)}\ngave {Tell(step.Given)}\n{(step.Outcome is Outcome.Refused { Entry: var entry } refused ? $"{refused.Reason} {entry?.Trace}" : "")}\n";

    static string Tell(Holding? holding) => holding is null ? "nothing" : System.Text.Json.JsonSerializer.Serialize(holding, Fields);

    static readonly System.Text.Json.JsonSerializerOptions Fields = new() { IncludeFields = true };

    [Fact]
    public void Every_decision_is_the_one_that_the_contract_prescribes() => Check(250, async (registry, script, engine) =>
    {
        var oracle = new Oracle(registry, LocalEngine.Issuer, LocalEngine.Now);
        var steps = await script.PlayAsync(engine, AsWritten);
        foreach (var step in steps)
        {
            var expected = step.Refreshed is { } granted ? Oracle.Refresh(step.Ask, granted) : oracle.Judge(step.Ask, step.Subject);
            Sorted(step.Given).ShouldBe(Sorted(expected), $"the contract gives {Tell(expected)}\n{Tell(registry, step)}");
        }

        return steps;
    });

    static string Sorted(Holding? holding) => Tell(holding is null ? null : holding with { Scopes = [.. holding.Scopes!.Order()] });

    [Fact]
    public void Explain_says_what_happens_and_asking_spends_and_records_nothing() => Check(250, async (registry, script, engine) =>
    {
        var steps = await script.PlayAsync(engine, AsWritten);
        foreach (var step in steps)
        {
            step.Foretold?.ShouldBe(step, Tell(registry, step));
            var entry = step.Outcome is Outcome.Issued issued ? issued.Entry : ((Outcome.Refused)step.Outcome).Entry!;
            if (await engine.ExplainAsync(entry) is not { } later) continue;
            later.Reason.ShouldBe(entry.Reason, Tell(registry, step));
            if (entry.Rule is not null) later.Rules.Single(rule => rule is { Kind: TriedKind.Rule, Fits: true }).Name.ShouldBe(entry.Rule, Tell(registry, step));
        }

        return steps;
    });

    [Fact]
    public void A_policy_test_that_states_the_same_tokens_comes_to_the_same() => Check(250, async (registry, script, engine) =>
    {
        var steps = await script.PlayAsync(engine, AsWritten);
        foreach (var step in steps) step.Foretold?.ShouldBeStated(step, Tell(registry, step));
        return steps;
    });

    [Fact]
    public void No_exchange_gives_more_scope_or_life_or_target_than_subject_and_rules_give_and_no_chain_loses_an_actor() => Check(250, async (registry, script, engine) =>
    {
        var steps = await script.PlayAsync(engine, AsWritten);
        foreach (var step in steps)
        {
            if (step is { Given: { } again, Refreshed: { } granted }) ShouldBeNoMore(again, granted, Tell(registry, step));
            if (step is not { Given: { } given, Subject: { } subject, Outcome: Outcome.Issued issued }) continue;
            var (target, said) = (step.Ask.Target, Tell(registry, step));
            var rule = registry.Rules[int.Parse(issued.Entry.Rule!["rule".Length..], CultureInfo.InvariantCulture)];
            given.Audiences.ShouldBe([target.Identifier], said);
            (given.Sub, given.Kind).ShouldBe((subject.Sub, subject.Kind), said);
            given.Client.ShouldBe(step.Ask.Caller.Id, said);
            (subject.IsBound, subject.IsSpent, given.IsBound, step.Ask.Actor?.IsBound ?? false).ShouldBe((false, false, false, false), said);

            rule.Clients.ShouldContain(given.Client!, said);
            var gift = rule.Gifts.Single(gift => gift.Api == target.Index);
            foreach (var (_, scope) in given.Scopes!) Entitles(gift, subject, scope).ShouldBeTrue($"{scope}\n{said}");
            if (subject.IsOurs && subject.Audiences[0] == target.Identifier && gift.List is not null) given.Scopes!.ShouldBeSubsetOf(subject.Scopes!, said);

            given.Expires.ShouldBeLessThanOrEqualTo(LocalEngine.Now + Math.Min(target.Life, rule.Life ?? int.MaxValue), said);
            given.Expires.ShouldBeLessThanOrEqualTo(step.Ask.Actor?.Expires ?? long.MaxValue, said);
            if (subject.Issuer != Holding.Impersonation && (subject.IsOurs || !rule.MayOutlive)) given.Expires.ShouldBeLessThanOrEqualTo(subject.Expires, said);

            // The newest actor first, unless it was that already; the older chain beneath it, unchanged.
            var newest = step.Ask.Actor?.Sub ?? (rule.Actor.IsCaller ? given.Client : null);
            if (newest is not null) given.Act[0].ShouldBe((newest, null), said);
            given.Act.Length.ShouldBeInRange(subject.Act.Length, subject.Act.Length + (newest is null ? 0 : 1), said);
            given.Act[^subject.Act.Length..].ShouldBe(subject.Act, said);
            given.Act.Length.ShouldBeLessThanOrEqualTo(rule.Depth, said);

            if (step.SubjectId is { } parent) step.GivenId!.ShouldStartWith(parent + ".", Case.Sensitive, said);
            given.Segments.ShouldBe(subject.Segments + (rule.Refresh is null ? 1 : 2), said);
        }

        return steps;
    });

    static void ShouldBeNoMore(Holding again, Holding granted, string said)
    {
        again.Scopes!.ShouldBeSubsetOf(granted.Scopes!, said);
        again.Expires.ShouldBeLessThanOrEqualTo(granted.Expires, said);
        (again.Sub, again.Kind, again.Client, again.Audiences[0]).ShouldBe((granted.Sub, granted.Kind, granted.Client, granted.Audiences[0]), said);
        again.Act.ShouldBe(granted.Act, said);
    }

    static bool Entitles(Gift gift, Holding subject, string scope) => gift.List is { } list
        ? list.Contains(scope) && (subject.Scopes is null || subject.Scopes.Contains((gift.Api, scope)))
        : gift.Map.Any(entry => entry.Scope == scope && (entry.Held is null || entry.Held.Any(held => subject.Scopes?.Contains(held) == true)));

    [Fact]
    public void No_decision_depends_on_the_order_of_what_has_none() => Check(150, async (registry, script, engine) =>
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
