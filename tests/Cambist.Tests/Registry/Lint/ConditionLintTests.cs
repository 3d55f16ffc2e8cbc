namespace Cambist.Tests;

/// <summary>What lint says of conditions: names instead of ids, patterns that are too wide or not wide enough.</summary>
public class ConditionLintTests
{
    static string Ci(string issuer, string where) => $"  - {{ name: r, clients: ci, subject: {{ issuer: {issuer}, where: {where} }}, actor: none, targets: {{ deploy: [] }} }}\n";

    [Theory]
    [InlineData("github", "{ repository: §my-org/site }", "add repository_id")]
    [InlineData("github", "{ repository_owner: §my-org, ref: main }", "add repository_owner_id")]
    [InlineData("github", "{ actor: §ada }", "add actor_id")]
    [InlineData("github", "{ sub: §\"repo:my-org/site:ref:refs/heads/main\" }", "add repository_id")]
    [InlineData("gitlab", "{ project_path: §ops/site }", "add project_id")]
    [InlineData("gitlab", "{ namespace_path: §[ops, dev] }", "add namespace_id")]
    [InlineData("gitlab", "{ sub: §\"project_path:ops/site:ref_type:branch:ref:main\" }", "add project_id")]
    [InlineData("login", "{ email: §ada@example.com }", "add sub")]
    [InlineData("login", "{ email: §{ not: ada@example.com } }", "add sub")]
    [InlineData("login", "{ email: §ada@example.com, email_verified: true }", "add sub")]
    [InlineData("login", "{ preferred_username: §ada }", "add sub (oid at Entra)")]
    [InlineData("login", "{ upn: §ada@example.com }", "add oid")]
    [InlineData("[login, gitlab]", "{ project_path: §ops/site }", "add project_id")]
    public void Bare_name_A_condition_on_a_name_alone_is_found(string issuer, string where, string part) => Linted.Finds("bare-name", Ci(issuer, where), part);

    [Theory]
    [InlineData("github", "{ repository: my-org/site, repository_id: 4711 }")]
    [InlineData("github", "{ repository: my-org/site, repository_owner_id: 42 }")]
    [InlineData("github", "{ sub: \"repo:my-org@42/site@4711:ref:refs/heads/main\" }")]
    [InlineData("github", "{ job_workflow_ref: \"my-org/flows/.github/workflows/deploy.yml@refs/heads/main\" }")]
    [InlineData("gitlab", "{ project_id: 4711 }")]
    [InlineData("gitlab", "{ actor: ada }")] // GitHub's alone has an id beside it
    [InlineData("gitlab", "{ project_path: { exists: true } }")]
    [InlineData("login", "{ sub: \"248289761001\", email: ada@example.com }")]
    [InlineData("login", "{ email: \"*@example.com\", email_verified: true }")]
    [InlineData("login", "{ email: \"*@example.com\", hd: example.com }")]
    [InlineData("login", "{ sub: \"repo:a\" }")]
    [InlineData("[github, login]", "{ actor: ada }")]
    public void Bare_name_An_id_beside_it_is_enough(string issuer, string where) => Linted.FindsNothing(Ci(issuer, where));

    [Fact]
    public void Bare_name_A_deny_entry_on_a_name_is_found() =>
        Linted.Finds("bare-name", "", "denied no longer; test sub", "deny: { name: d, reason: x, subject: { where: { preferred_username: §mallory } } }\n");

    [Theory]
    [InlineData("gitlab:{project_path}", "gitlab:{project_id}")]
    [InlineData("gitlab:{project_path}:{ref}", "gitlab:{project_id}:{ref}")]
    [InlineData("gitlab:{email}", "gitlab:{sub}")]
    [InlineData("gitlab:{upn}", "gitlab:{oid}")]
    public void Bare_name_A_subject_made_of_a_name_is_found(string subject, string instead)
    {
        var found = Linted.Of(Linted.Base.Replace("gitlab:{project_id}", subject, StringComparison.Ordinal) + "rules:\n" + Linted.Rest).ShouldHaveSingleItem();
        found.Check.ShouldBe("bare-name");
        found.Subject.ShouldBe("issuers.gitlab.subject");
        found.Message.ShouldContain($"subject: \"{instead}\"");
    }

    [Theory]
    [InlineData("gitlab:{project_path}:{project_id}")]
    [InlineData("gitlab:{sub}")]
    public void Bare_name_A_subject_with_an_id_is_not(string subject) =>
        Linted.Of(Linted.Base.Replace("gitlab:{project_id}", subject, StringComparison.Ordinal) + "rules:\n" + Linted.Rest).ShouldBeEmpty();

    [Theory]
    [InlineData("login", "{ sub: §\"*\" }", "bounds nothing")]
    [InlineData("login", "{ sub: §\"**\" }", "bounds nothing")]
    [InlineData("login", "{ sub: §[ada, \"*-*\"] }", "bounds nothing")]
    [InlineData("gitlab", "{ project_path: §\"*/*\" }", "bounds nothing")]
    [InlineData("login", "{ email: §\"*example.com\" }", "write the @ too, such as \"*@example.com\"")]
    [InlineData("github", "{ repository: §\"*/site\" }", "leaves the owner open")]
    [InlineData("github", "{ repository: §\"my-org**\" }", "leaves the owner open")]
    [InlineData("github", "{ repository_owner: §\"my-*\" }", "anybody can register")]
    [InlineData("gitlab", "{ project_path: §\"**/site\" }", "leaves the owner open")]
    [InlineData("github", "{ sub: §\"repo:my-org**\" }", "\"repo:my-org/site:**\"")]
    [InlineData("gitlab", "{ sub: §\"**:ref:main\" }", "\"project_path:my-org/site:**\"")]
    public void Wide_pattern_A_pattern_that_lets_anybody_in_is_found(string issuer, string where, string part) => Linted.Finds("wide-pattern", Ci(issuer, where), part);

    [Theory]
    [InlineData("gitlab", "{ project_id: 4711, ref: \"v*\" }")]
    [InlineData("gitlab", "{ namespace_id: 42, project_path: \"*/site\" }")]
    [InlineData("gitlab", "{ namespace_id: 42, sub: \"**:ref:main\" }")]
    [InlineData("github", "{ repository_owner_id: 42, repository: \"my-org/**\" }")]
    [InlineData("login", "{ groups: { contains: \"**\" } }")]
    [InlineData("login", "{ legacy: { not: \"*\" } }")]
    [InlineData("login", "{ legacy: { equals: \"*\" } }")]
    [InlineData("login", "{ sub: \"*-service\" }")]
    public void Wide_pattern_One_that_bounds_is_not(string issuer, string where) => Linted.FindsNothing(Ci(issuer, where));

    [Fact]
    public void Wide_pattern_In_an_issuers_where_and_in_a_list_it_is_found()
    {
        var yaml = Linted.Base.Replace("subject: \"gitlab:{project_id}\"", "subject: \"gitlab:{project_id}\", where: { iss: { in: any } }", StringComparison.Ordinal);
        var found = Linted.Of(yaml + "lists: { any: [x, \"**\"] }\nrules:\n" + Linted.Rest).ShouldHaveSingleItem();
        (found.Check, found.Subject).ShouldBe(("wide-pattern", "issuers.gitlab.where.iss"));
    }

    [Theory]
    [InlineData("{ repository_id: 4711, sub: §\"repo:my-org/*\" }")]
    [InlineData("{ repository_id: 4711, sub: §\"repo:my-org/**\" }")]
    [InlineData("{ repository_id: 4711, sub: §\"repo:my-org/site:*\" }")]
    [InlineData("{ repository_id: 4711, sub: §[\"repo:my-org/site:environment:live\", \"repo:my-org/site:pull_*\"] }")]
    public void Pull_requests_A_pattern_that_fits_them_is_found(string where) => Linted.Finds("pull-requests", Ci("github", where), "pull requests too");

    [Theory]
    [InlineData("github", "{ repository_id: 4711, sub: \"repo:my-org/site:ref:refs/heads/**\" }")]
    [InlineData("github", "{ repository_id: 4711, sub: \"repo:my-org/site:environment:*\" }")]
    [InlineData("github", "{ repository_id: 4711, sub: \"repo:my-org/**\", ref_protected: true }")]
    [InlineData("github", "{ repository_id: 4711, sub: { not: \"repo:my-org/site:**\" } }")]
    [InlineData("login", "{ sub: \"repo:my-org/**\", x: y }")]
    public void Pull_requests_Other_patterns_are_not(string issuer, string where) => Linted.FindsNothing(Ci(issuer, where));

    [Theory]
    [InlineData("subject: { where: { team: §\"ops/*\" } }", "write 'ops/**'")]
    [InlineData("subject: { where: { ref: §\"release-*\" } }", "leaves out release-a/b")]
    [InlineData("subject: { where: { ref: §[main, \"release-*\"] } }", "release-a/b")]
    [InlineData("subject: { issuer: gitlab, where: { project_id: 1, project_path: §\"*\" } }", "does not cross /")]
    [InlineData("actor: { where: { sub: §\"agent:x/*\" } }", "'agent:x/**'")]
    public void Shallow_denial_A_star_that_stops_at_a_slash_is_found(string members, string part) =>
        Linted.Finds("shallow-denial", "", part, $"deny: {{ name: d, reason: x, {members} }}\n");

    [Fact]
    public void Shallow_denial_Under_not_in_a_rule_it_is_found() =>
        Linted.Finds("shallow-denial", Ci("gitlab", "{ project_id: 4711, ref: §{ not: \"draft-*\" } }"), "'draft-**'");

    [Fact]
    public void Shallow_denial_Of_our_own_subs_it_is_found_where_a_template_puts_slashes_into_them()
    {
        var yaml = Linted.Base.Replace("gitlab:{project_id}", "gitlab:{project_id}:{ref}", StringComparison.Ordinal);
        const string Deny = "deny: { name: d, reason: x, targets: deploy, subject: { where: { sub: \"gitlab:4711:*\" } } }\nrules:\n";
        Linted.Of(yaml + Deny + Linted.Rest).ShouldHaveSingleItem().Check.ShouldBe("shallow-denial");
        Linted.Of(Linted.Base + Deny + Linted.Rest).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("subject: { where: { sub: \"admin-*\" } }")]
    [InlineData("subject: { kind: impersonated, where: { sub: \"admin-*\" } }")]
    [InlineData("subject: { where: { ref: \"release/**\" } }")]
    [InlineData("subject: { where: { ref: \"refs/*/main\" } }")]
    [InlineData("subject: { where: { ref: { not: \"release/*\" } } }")]
    public void Shallow_denial_Other_patterns_are_not(string members) => Linted.FindsNothing("", $"deny: {{ name: d, reason: x, {members} }}\n");

    [Fact]
    public void One_spot_is_spoken_of_once() =>
        Linted.Rules(Ci("github", "{ sub: \"**\" }")).Select(found => found.Check).ShouldBe(["wide-pattern"]);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(40, 0)]
    public void Looking_through_lists_has_a_limit_so_that_a_registry_of_any_size_compiles(int rules, int found)
    {
        var list = $"lists: {{ l: [{string.Join(", ", Enumerable.Range(0, 30_000).Select(i => $"\"a{i}*\""))}] }}\n";
        var many = string.Concat(Enumerable.Range(0, rules).Select(i =>
            $"  - {{ name: r{i}, clients: ci, subject: {{ issuer: github, where: {{ a: {{ in: l }}, b: k{i} }} }}, actor: none, targets: {{ deploy: [] }} }}\n"));
        Linted.Rules(many + "  - { name: wide, clients: ci, subject: { issuer: github, where: { b: \"**\" } }, actor: none, targets: { deploy: [] } }\n", list)
            .Count(one => one.Check == "wide-pattern").ShouldBe(found);
    }
}
