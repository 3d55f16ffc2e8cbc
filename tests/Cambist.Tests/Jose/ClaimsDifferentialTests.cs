using System.Text;
using System.Text.Json;

namespace Cambist.Tests.Jose;

/// <summary>The same texts for <see cref="Claims"/> and for <see cref="JsonDocument"/> without duplicates: no difference either way but for the rules we add.</summary>
public class ClaimsDifferentialTests
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Claims.MaxDepth };

    static readonly string[] Documents =
    [
        """{"iss":"https://gitlab.example.com","sub":"project_path:a/b:ref_type:branch:ref:main","aud":"https://sts.example.com","exp":1700003600,"nbf":1700000000,"iat":1700000000,"project_id":"4711","ref_protected":"true","a":{"b":{"c":[1,2,{"d":null}]}}}""",
        """{"iss":"https:\/\/login.example.com","sub":"Alïce \ud83d\ude00","aud":["web","https://sts.example.com"],"exp":1.7e9,"amr":["pwd","mfa"],"act":{"sub":"x","act":{"sub":"y"}},"scope":"read write"}""",
        """{ "a" : [ ] , "b" : { } , "c" : [ [ [ { "d" : [ 1 , -2.5e-3 , true , false , null , "" ] } ] ] ] , "\u0065" : "\u0000\b\f\n\r\t\"\\" }""",
        """{"kubernetes.io":{"namespace":"prod","pod":{"name":"x","uid":"u"}},"a.b":1,"a/b":2,"~":3,"":4}""",
    ];

    [Fact]
    public void What_we_read_JsonDocument_reads_the_same_and_the_other_way_round()
    {
        var mutations = new Mutations(20_260_801);
        var read = 0;
        var refused = new Dictionary<JsonFault, int>();
        for (var i = 0; i < 12_000; i++)
        {
            var text = Encoding.UTF8.GetBytes(i % 3 == 0 ? mutations.Object(5) : mutations.Pick(Documents));
            if (i % 3 != 0 || mutations.Next(2) == 0) text = mutations.Of(text);

            if (Claims.TryParse(text, out var claims, out var fault))
            {
                read++;
                using var document = JsonDocument.Parse(text, Strict);
                AssertSame(claims.Root, document.RootElement);
            }
            else
            {
                refused[fault] = refused.GetValueOrDefault(fault) + 1;
                IsStrictObject(text).ShouldBeFalse($"{fault}: {Encoding.UTF8.GetString(text)}");
            }
        }

        // The corpus must hold enough of each kind for the comparison to mean something.
        read.ShouldBeGreaterThan(2000);
        foreach (var fault in new[] { JsonFault.NotUtf8, JsonFault.NotJson, JsonFault.DuplicateName, JsonFault.LoneSurrogate })
            refused.GetValueOrDefault(fault).ShouldBeGreaterThan(50, fault.ToString());
    }

    static void AssertSame(Claim ours, JsonElement theirs)
    {
        ours.Kind.ToString().ShouldBe(theirs.ValueKind.ToString());
        Encoding.UTF8.GetString(ours.RawJson).ShouldBe(theirs.GetRawText());
        switch (theirs.ValueKind)
        {
            case JsonValueKind.String:
                ours.GetString().ShouldBe(theirs.GetString());
                ours.IsString(theirs.GetString()!).ShouldBeTrue();
                break;
            case JsonValueKind.Number:
                // Theirs takes no 1.0 for a whole number; ours does.
                if (theirs.TryGetInt64(out var number))
                {
                    ours.TryGetInt64(out var same).ShouldBeTrue();
                    same.ShouldBe(number);
                }

                if (ours.TryGetSeconds(out var seconds)) seconds.ShouldBe((long)Math.Floor(theirs.GetDecimal()));
                break;
            case JsonValueKind.Array:
                ours.Count.ShouldBe(theirs.GetArrayLength());
                var elements = theirs.EnumerateArray();
                foreach (var element in ours.EnumerateArray())
                {
                    elements.MoveNext().ShouldBeTrue();
                    AssertSame(element, elements.Current);
                }

                break;
            case JsonValueKind.Object:
                ours.Count.ShouldBe(theirs.EnumerateObject().Count());
                var members = theirs.EnumerateObject();
                foreach (var (name, value) in ours.EnumerateObject())
                {
                    members.MoveNext().ShouldBeTrue();
                    name.ShouldBe(members.Current.Name);
                    AssertSame(value, members.Current.Value);
                    ours.TryGet(name, out var found).ShouldBeTrue();
                    Encoding.UTF8.GetString(found.RawJson).ShouldBe(members.Current.Value.GetRawText());
                }

                break;
        }
    }

    /// <summary>Whether the text is what we promise to read, by the base class library alone.</summary>
    static bool IsStrictObject(byte[] text)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(text);
            if (text.AsSpan().StartsWith(Encoding.UTF8.Preamble)) return false;
            using var document = JsonDocument.Parse(text, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object && IsReadable(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            return false;
        }
    }

    // Reading a lone surrogate throws.
    static bool IsReadable(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() is not null,
        JsonValueKind.Array => element.EnumerateArray().All(IsReadable),
        JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && IsReadable(member.Value)),
        _ => true,
    };
}
