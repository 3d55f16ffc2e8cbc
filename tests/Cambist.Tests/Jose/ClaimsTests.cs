using System.Text;

namespace Cambist.Tests.Jose;

public class ClaimsTests
{
    static JsonFault FaultOf(string json) => FaultOf(Encoding.UTF8.GetBytes(json));

    static JsonFault FaultOf(byte[] utf8)
    {
        Claims.TryParse(utf8, out var claims, out var fault).ShouldBe(fault == JsonFault.None);
        (claims is not null).ShouldBe(fault == JsonFault.None);
        return fault;
    }

    static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);

    [Fact]
    public void Every_kind_of_value_is_found_by_its_name()
    {
        var claims = Claims.Parse("""{"s":"x","n":1,"t":true,"f":false,"z":null,"a":[1,[2,3],{"q":4}],"o":{"s":"y","t":{}},"last":2}""");
        claims.TryGet("s", out var s).ShouldBeTrue();
        s.GetString().ShouldBe("x");
        KindOf("n").ShouldBe(ClaimKind.Number);
        KindOf("t").ShouldBe(ClaimKind.True);
        KindOf("f").ShouldBe(ClaimKind.False);
        KindOf("z").ShouldBe(ClaimKind.Null);
        KindOf("a").ShouldBe(ClaimKind.Array);
        KindOf("o").ShouldBe(ClaimKind.Object);
        claims.TryGet("last"u8, out var last).ShouldBeTrue();
        Encoding.UTF8.GetString(last.RawJson).ShouldBe("2");
        claims.Root.Count.ShouldBe(8);

        ClaimKind KindOf(string name) => claims.TryGet(name, out var claim) ? claim.Kind : ClaimKind.Missing;
    }

    [Fact]
    public void A_missing_claim_is_of_no_kind_and_has_nothing()
    {
        Claims.Empty.TryGet("sub", out var claim).ShouldBeFalse();
        claim.Kind.ShouldBe(ClaimKind.Missing);
        claim.RawJson.Length.ShouldBe(0);
        claim.Utf8Text.Length.ShouldBe(0);
        claim.GetString().ShouldBeNull();
        claim.IsString("").ShouldBeFalse();
        claim.IsString(""u8).ShouldBeFalse();
        claim.TryGetInt64(out _).ShouldBeFalse();
        claim.TryGetSeconds(out _).ShouldBeFalse();
        claim.TryGet("x", out _).ShouldBeFalse();
        claim.Count.ShouldBe(0);
        claim.EnumerateArray().MoveNext().ShouldBeFalse();
        claim.EnumerateObject().MoveNext().ShouldBeFalse();
    }

    [Fact]
    public void Names_of_nested_objects_are_not_names_of_the_object_itself()
    {
        var claims = Claims.Parse("""{"o":{"sub":"inner"},"a":[{"iss":"inner"}],"sub":"outer"}""");
        claims.TryGet("sub", out var sub).ShouldBeTrue();
        sub.IsString("outer").ShouldBeTrue();
        claims.TryGet("iss", out _).ShouldBeFalse();
    }

    [Fact]
    public void Names_are_compared_exactly()
    {
        var claims = Claims.Parse("""{"Sub":1,"sub ":2,"su":3,"subs":4}""");
        claims.TryGet("sub", out _).ShouldBeFalse();
        claims.TryGet("sub"u8, out _).ShouldBeFalse();
        claims.TryGet("", out _).ShouldBeFalse();
    }

    [Fact]
    public void Escaped_names_and_strings_are_read_unescaped()
    {
        var claims = Claims.Parse("""{"\u0073ub":"a\/b\n\"\\\u00e9\ud83d\ude00\u0000","plain":"é😀"}""");
        claims.TryGet("sub", out var sub).ShouldBeTrue();
        sub.GetString().ShouldBe("a/b\n\"\\é😀\0");
        sub.IsString("a/b\n\"\\é😀\0").ShouldBeTrue();
        sub.IsString("a/b\n\"\\é😀").ShouldBeFalse();
        claims.TryGet("sub"u8, out _).ShouldBeTrue();
        claims.TryGet("plain", out var plain).ShouldBeTrue();
        plain.IsString("é😀").ShouldBeTrue();
        plain.IsString("é😀"u8).ShouldBeTrue();
        plain.IsString("e😀").ShouldBeFalse();
        plain.IsString("é\ud83d").ShouldBeFalse();
    }

    [Fact]
    public void Strings_longer_than_any_stack_buffer_are_compared_whole()
    {
        var text = string.Concat(Enumerable.Repeat("é", 4000));
        var claims = Claims.Parse($$"""{"x":"{{text}}"}""");
        claims.TryGet("x", out var x).ShouldBeTrue();
        x.IsString(text).ShouldBeTrue();
        x.IsString(text[..^1] + "è").ShouldBeFalse();
    }

    [Fact]
    public void Only_strings_are_strings()
    {
        var claims = Claims.Parse("""{"n":1,"t":true,"z":null,"a":["x"],"o":{}}""");
        foreach (var (_, value) in claims.Root.EnumerateObject())
        {
            value.GetString().ShouldBeNull();
            value.IsString(Encoding.UTF8.GetString(value.RawJson)).ShouldBeFalse();
            value.Utf8Text.Length.ShouldBe(0);
        }
    }

    [Fact]
    public void Members_and_elements_come_in_document_order()
    {
        var claims = Claims.Parse("""{ "b" : [ 1, [2, 2], {"x":[]}, "4" ] , "a" : {"y":{"z":[{}]}} }""");
        var names = new List<string>();
        foreach (var member in claims.Root.EnumerateObject()) names.Add(member.Name + "=" + Encoding.UTF8.GetString(member.Value.RawJson));
        names.ShouldBe(["""b=[ 1, [2, 2], {"x":[]}, "4" ]""", """a={"y":{"z":[{}]}}"""]);
        claims.TryGet("b", out var array).ShouldBeTrue();
        array.Count.ShouldBe(4);
        var elements = new List<string>();
        foreach (var element in array.EnumerateArray()) elements.Add(Encoding.UTF8.GetString(element.RawJson));
        elements.ShouldBe(["1", "[2, 2]", """{"x":[]}""", "\"4\""]);
        array.EnumerateObject().MoveNext().ShouldBeFalse();
        claims.Root.EnumerateArray().MoveNext().ShouldBeFalse();
    }

    [Theory]
    [InlineData("a.b", "2")]
    [InlineData("a", """{"b":2}""")]
    [InlineData("/a.b", "1")]
    [InlineData("/a/b", "2")]
    [InlineData("/x~1y/~0", "3")]
    [InlineData("/kubernetes.io/namespace", "\"prod\"")]
    [InlineData("a.b.c", null)]
    [InlineData("b", null)]
    [InlineData("kubernetes.io.namespace", null)]
    public void A_path_reaches_nested_members_and_only_a_pointer_one_with_a_dot_in_its_name(string path, string? json)
    {
        var claims = Claims.Parse("""{"a.b":1,"a":{"b":2},"x/y":{"~":3},"kubernetes.io":{"namespace":"prod"}}""");
        claims.TryGet(ClaimPath.Parse(path)!, out var claim).ShouldBe(json is not null);
        Encoding.UTF8.GetString(claim.RawJson).ShouldBe(json ?? "");
    }

    [Theory]
    [InlineData("""{"sub":"victim","sub":"attacker"}""")]
    [InlineData("""{"sub":"victim","s\u0075b":"attacker"}""")]
    [InlineData("""{"\u0073ub":1,"s\u0075b":2}""")]
    [InlineData("""{"a":1,"b":{"c":[{"d":1,"e":2,"d":3}]}}""")]
    [InlineData("""{"":1,"":2}""")]
    [InlineData("""{"é":1,"\u00e9":2}""")]
    [InlineData("""{"😀":1,"\ud83d\uDE00":2}""")]
    public void JWT_03_A_duplicate_member_is_refused_at_any_depth(string json) => FaultOf(json).ShouldBe(JsonFault.DuplicateName);

    [Theory]
    [InlineData("""{"sub":1,"Sub":2,"SUB":3}""")]
    [InlineData("""{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}""")]
    public void The_same_name_in_different_objects_or_another_case_is_no_duplicate(string json) => FaultOf(json).ShouldBe(JsonFault.None);

    [Theory]
    [InlineData(2)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(1400)]
    public void JWT_03_A_duplicate_is_found_among_any_number_of_members(int members)
    {
        var names = Enumerable.Range(0, members).Select(i => $"m{i * 7919 % members:x}").ToList();
        FaultOf("{" + string.Join(',', names.Select(n => $"\"{n}\":0")) + "}").ShouldBe(JsonFault.None);
        foreach (var twice in new[] { names[0], names[members / 2], names[^1] })
            FaultOf("{" + string.Join(',', names.Append($"\\u006d{twice[1..]}").Select(n => $"\"{n}\":0")) + "}").ShouldBe(JsonFault.DuplicateName);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\udc00"}""")]
    [InlineData("""{"a":"\udc00\ud800"}""")]
    [InlineData("""{"a":"\ud800\ud800\udc00"}""")]
    [InlineData("""{"a":"\ud800\ud800"}""")]
    [InlineData("""{"a":"\ud800\u0041"}""")]
    [InlineData("""{"a":"\ud800x\udc00"}""")]
    [InlineData("""{"a":"\ud800\n"}""")]
    [InlineData("""{"a":"\ud800\\udc00"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":[{"b\uDFFF":1}]}""")]
    public void JWT_03_A_lone_surrogate_is_refused_in_values_and_names(string json) => FaultOf(json).ShouldBe(JsonFault.LoneSurrogate);

    [Theory]
    [InlineData("""{"a":"\\ud800"}""", "\\ud800")]
    [InlineData("""{"a":"\\\ud83d\ude00\\"}""", "\\😀\\")]
    [InlineData("""{"a":"\ud7ff\ue000\uD83D\uDE00"}""", "\ud7ff\ue000😀")]
    public void What_only_looks_like_a_lone_surrogate_is_read(string json, string value)
    {
        Claims.Parse(json).TryGet("a", out var claim).ShouldBeTrue();
        claim.GetString().ShouldBe(value);
    }

    [Fact]
    public void JWT_03_Text_that_is_not_plain_UTF_8_is_refused()
    {
        FaultOf([0xEF, 0xBB, 0xBF, .. "{}"u8]).ShouldBe(JsonFault.NotUtf8);
        FaultOf(Encoding.Unicode.GetBytes("""{"a":"é"}""")).ShouldNotBe(JsonFault.None);
        FaultOf([.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]).ShouldBe(JsonFault.NotUtf8); // a surrogate, encoded
        FaultOf([.. "{\"a\":\""u8, 0xC0, 0xAF, .. "\"}"u8]).ShouldBe(JsonFault.NotUtf8); // an overlong slash
        FaultOf([.. "{\""u8, 0xFF, .. "\":1}"u8]).ShouldBe(JsonFault.NotUtf8);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("true")]
    public void JWT_03_JSON_that_is_no_object_is_refused(string json) => FaultOf(json).ShouldBe(JsonFault.NotAnObject);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("{}\0")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{'a':1}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":+1}")]
    [InlineData("{\"a\":.5}")]
    [InlineData("{\"a\":1.}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"a\":Infinity}")]
    [InlineData("{\"a\":1}//x")]
    [InlineData("{/**/}")]
    [InlineData("{\"a\":\"\t\"}")]
    [InlineData("{\"a\":\"\\x41\"}")]
    [InlineData("{\"a\":\"\\u12\"}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{\"a\":[1}")]
    public void What_is_not_JSON_is_refused(string json) => FaultOf(json).ShouldBe(JsonFault.NotJson);

    [Fact]
    public void JWT_27_Depth_is_capped()
    {
        FaultOf(Nested(Claims.MaxDepth)).ShouldBe(JsonFault.None);
        FaultOf(Nested(Claims.MaxDepth + 1)).ShouldBe(JsonFault.TooDeep);
        FaultOf(Nested(2000)).ShouldBe(JsonFault.TooDeep);
        FaultOf("{\"a\":" + new string('[', 31) + new string(']', 31) + "}").ShouldBe(JsonFault.None);
        FaultOf("{\"a\":" + new string('[', 10_000)).ShouldBe(JsonFault.TooDeep);
    }

    [Fact]
    public void JWT_27_Size_is_capped()
    {
        string OfLength(int length) => $"{{\"a\":\"{new string('x', length - 8)}\"}}";
        FaultOf(OfLength(Claims.MaxBytes)).ShouldBe(JsonFault.None);
        FaultOf(OfLength(Claims.MaxBytes + 1)).ShouldBe(JsonFault.TooLong);
    }

    [Fact]
    public void As_many_values_as_fit_are_read()
    {
        var array = "[" + string.Join(',', Enumerable.Repeat("0", 8000)) + "]";
        Claims.Parse($$"""{"a":{{array}},"b":7}""").TryGet("b", out var b).ShouldBeTrue();
        b.TryGetInt64(out var seven).ShouldBeTrue();
        seven.ShouldBe(7);
    }

    [Fact]
    public void Looking_up_a_claim_allocates_nothing()
    {
        var claims = Claims.Parse("""{"iss":"https://a.example","a":{"b":"c"},"sub":"é"}""");
        var path = ClaimPath.Parse("a.b")!;
        var found = 0;
        for (var i = 0; i < 3; i++) Look(); // once compiled, nothing is left to allocate
        var before = GC.GetAllocatedBytesForCurrentThread();
        Look();
        GC.GetAllocatedBytesForCurrentThread().ShouldBe(before);
        found.ShouldBe(16);

        void Look()
        {
            if (claims.TryGet("sub", out var sub) && sub.IsString("é")) found++;
            if (claims.TryGet("iss"u8, out var iss) && iss.IsString("https://a.example"u8)) found++;
            if (claims.TryGet(path, out var nested) && nested.IsString("c")) found++;
            foreach (var member in claims.Root.EnumerateObject())
                if (member.Utf8Name.SequenceEqual("a"u8)) found++;
        }
    }

    [Fact]
    public void Parse_says_what_is_wrong_but_never_the_text()
    {
        var exception = Should.Throw<FormatException>(() => Claims.Parse("""{"secret":1,"secret":2}"""));
        exception.Message.ShouldContain("DuplicateName");
        exception.Message.ShouldNotContain("secret");
    }
}
