using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>
/// Tokens are read where they lie in the connection's buffer, and that buffer is used again: whoever shares a connection, and
/// however a body is cut, each answer is about the token of its own request.
/// </summary>
public sealed class SharedConnectionTests(AbuseWorld world) : IClassFixture<AbuseWorld>
{
    /// <summary>Of a claim that makes a token of some 12 KiB, three segments of a pipe; 16 KiB is the most.</summary>
    const int Large = 9_000;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static string Web => TestServer.BasicCredentials("web", SecretOf("web"));

    string Url => world.Common.Issuer;

    [Theory]
    [InlineData(2, 0)]
    [InlineData(20, 0)]
    [InlineData(2, Large)]
    [InlineData(20, Large)]
    public async Task Exchanges_pipelined_in_one_write_are_answered_in_order_each_for_its_own_token(int count, int padding)
    {
        var subjects = Subjects(count);
        var requests = string.Concat(subjects.Select(subject => Post(ExchangeBody(Token(subject, padding)))));
        using var connection = await OpenAsync();

        // The third time, the server knows the tokens' signatures.
        for (var round = 0; round < 3; round++)
        {
            var sending = SendAsync(connection, requests);
            foreach (var subject in subjects) ShouldBeOf(subject, await connection.AnswerAsync(Cancellation));
            await sending;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Large)]
    public async Task However_a_body_is_cut_the_answer_is_that_of_the_whole(int padding)
    {
        var good = ExchangeBody(Token("cut", padding)).Replace("_", "%5F", StringComparison.Ordinal);
        using var connection = await OpenAsync();
        foreach (var body in new[] { good, good + "&scope=%zz", good + "&subject%5Ftoken=again", good.Replace("eyJ", "eyK", StringComparison.Ordinal) })
        {
            await SendAsync(connection, Post(body));
            var whole = Meaning(await connection.AnswerAsync(Cancellation));
            (whole["status"]!.GetValue<int>() == 200).ShouldBe(body == good, whole.ToJsonString());

            var token = body.IndexOf("eyJ", StringComparison.Ordinal) is var at and >= 0 ? at : body.IndexOf("eyK", StringComparison.Ordinal);
            var escapes = Enumerable.Range(0, body.Length).Where(i => body[i] == '%').ToArray();
            int[][] cuts =
            [
                [token + 1], [token, token + 10, token + 300], [.. escapes.Select(i => i + 1)], [.. escapes.Select(i => i + 2)],
                [.. escapes.SelectMany(i => new[] { i + 1, i + 2 })], [.. Enumerable.Range(1, body.Length - 1)],
            ];
            foreach (var pieces in cuts.Select(places => Cut(body, places)))
            {
                await SendAsync(connection, Head("Transfer-Encoding: chunked") + string.Concat(pieces.Select(Chunk)) + "0\r\n\r\n");
                JsonNode.DeepEquals(Meaning(await connection.AnswerAsync(Cancellation)), whole).ShouldBeTrue($"{pieces.Count} chunks");

                await SendAsync(connection, Head($"Content-Length: {body.Length}"));
                foreach (var piece in pieces) await SendAsync(connection, piece);
                JsonNode.DeepEquals(Meaning(await connection.AnswerAsync(Cancellation)), whole).ShouldBeTrue($"{pieces.Count} writes");

                await SendAsync(connection, Head("Transfer-Encoding: chunked"));
                foreach (var piece in pieces) await SendAsync(connection, Chunk(piece));
                await SendAsync(connection, "0\r\n\r\n");
                JsonNode.DeepEquals(Meaning(await connection.AnswerAsync(Cancellation)), whole).ShouldBeTrue($"{pieces.Count} chunks, a write each");
            }
        }
    }

    [Theory]
    [InlineData(0, "X2")]
    [InlineData(0, "x2")]
    [InlineData(Large, "X2")]
    public async Task A_token_with_every_character_escaped_is_exchanged_like_the_plain_one(int padding, string hex)
    {
        string Escaped(string subject)
        {
            var token = Token(subject, padding);
            var all = string.Concat(Encoding.ASCII.GetBytes(token).Select(c => "%" + c.ToString(hex)));
            return ExchangeBody(token).Replace($"subject_token={token}", $"subject%5Ftoken={all}", StringComparison.Ordinal);
        }

        string[] subjects = ["escaped-1", "plain-1", "escaped-2", "plain-2"];
        var requests = string.Concat(subjects.Select(subject => Post(subject.StartsWith('e') ? Escaped(subject) : ExchangeBody(Token(subject, padding)))));
        requests.ShouldContain("subject%5Ftoken=%65%79%4a", Case.Insensitive);
        using var connection = await OpenAsync();
        var sending = SendAsync(connection, requests);
        foreach (var subject in subjects) ShouldBeOf(subject, await connection.AnswerAsync(Cancellation));
        await sending;
    }

    [Theory]
    [InlineData(400, "form_malformed")]
    [InlineData(400, "parameter_repeated")]
    [InlineData(401, "client_authentication_failed")]
    [InlineData(415, "media_type_unsupported")]
    public async Task After_a_refusal_the_next_exchange_on_the_connection_is_its_own(int status, string reason)
    {
        foreach (var padding in new[] { 0, Large })
        {
            var body = ExchangeBody(Token("refused", padding));
            var refused = reason switch
            {
                "form_malformed" => Post(body + "&scope=%zz"),
                "parameter_repeated" => Post($"{body}&subject_token={Token("twin", padding)}"),
                "client_authentication_failed" => Post(body, TestServer.BasicCredentials("web", "wrong")),
                _ => Post(body).Replace("x-www-form-urlencoded", "json", StringComparison.Ordinal),
            };
            using var connection = await OpenAsync();

            // One after the other, then both in one write.
            await SendAsync(connection, refused);
            ShouldBeRefused(await connection.AnswerAsync(Cancellation));
            await SendAsync(connection, Post(ExchangeBody(Token("after", padding))));
            ShouldBeOf("after", await connection.AnswerAsync(Cancellation));

            var sending = SendAsync(connection, refused + Post(ExchangeBody(Token("behind", padding))));
            ShouldBeRefused(await connection.AnswerAsync(Cancellation));
            ShouldBeOf("behind", await connection.AnswerAsync(Cancellation));
            await sending;
        }

        void ShouldBeRefused(RawAnswer? answer)
        {
            answer.ShouldNotBeNull().Status.ShouldBe(status, answer.Body);
            answer.Reason.ShouldBe(reason);
            answer.Head.ShouldNotContain("Connection: close");
        }
    }

    [Fact]
    public async Task On_many_connections_at_once_every_answer_belongs_to_its_request_though_some_break_off()
    {
        var answered = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => PipelineAsync($"connection-{i}", (Ending)(i % 4), i % 3 == 0 ? Large : 0), Cancellation)));
        answered.Sum().ShouldBeGreaterThanOrEqualTo(30 * 5);

        // Nobody's remains are left for those who come after.
        using var connection = await OpenAsync();
        await SendAsync(connection, Post(ExchangeBody(Token("afterwards"))));
        ShouldBeOf("afterwards", await connection.AnswerAsync(Cancellation));
    }

    /// <summary>Tokens wait in their connections' buffers for the issuer's keys while the server's buffers are written over many times.</summary>
    [Fact]
    public async Task A_token_that_waits_for_its_issuers_keys_is_still_its_own_after_other_requests_were_read()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        var keys = new TaskCompletionSource();
        own.Login.Jwks.Hold = keys.Task;
        var subjects = Subjects(20, "waiting");
        var waiting = new List<RawConnection>();
        try
        {
            foreach (var subject in subjects)
            {
                waiting.Add(await RawHttp.OpenAsync(own.Common.Issuer, "", Cancellation));
                await SendAsync(waiting[^1], Post(ExchangeBody(own.IdToken(subject: subject, key: Keys.Es256))));
            }

            await own.Login.Jwks.RequestsReachAsync(1, Cancellation);
            var other = Post("scope=%zz&" + new string('x', 3_500));
            foreach (var connection in waiting) await SendAsync(connection, other);
            for (var i = 0; i < 20; i++)
            {
                using var connection = await RawHttp.OpenAsync(own.Common.Issuer, "", Cancellation);
                for (var j = 0; j < 20; j++)
                {
                    await SendAsync(connection, other);
                    (await connection.AnswerAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe("form_malformed");
                }
            }

            keys.SetResult();
            foreach (var (connection, subject) in waiting.Zip(subjects))
            {
                ShouldBeOf("login:" + subject, await connection.AnswerAsync(Cancellation));
                (await connection.AnswerAsync(Cancellation)).ShouldNotBeNull().Reason.ShouldBe("form_malformed");
            }
        }
        finally
        {
            keys.TrySetResult();
            waiting.ForEach(connection => connection.Dispose());
        }
    }

    enum Ending
    {
        Whole,
        ClosedInTheMiddle,
        ResetInTheMiddle,
        ClosedInTheMiddleUnheard,
    }

    /// <summary>Sends five exchanges and, where it breaks off, half of a sixth. How many were answered.</summary>
    async Task<int> PipelineAsync(string name, Ending ending, int padding)
    {
        var subjects = Subjects(5, name);
        var requests = string.Concat(subjects.Select(subject => Post(ExchangeBody(Token(subject, padding)))));
        var body = ExchangeBody(Token(name + "-cut", padding));
        if (ending != Ending.Whole) requests += Post(body)[..^(body.Length / 2)];

        using var connection = await OpenAsync();
        var sending = SendAsync(connection, requests);
        if (ending == Ending.ClosedInTheMiddleUnheard)
        {
            await sending;
            connection.Client.Client.Shutdown(SocketShutdown.Send);
        }

        var answers = 0;
        while (answers < subjects.Length && await HeardAsync() is { } answer) ShouldBeOf(subjects[answers++], answer);
        await sending;
        if (ending != Ending.ClosedInTheMiddleUnheard) answers.ShouldBe(subjects.Length);
        if (ending == Ending.ResetInTheMiddle) connection.Client.Client.LingerState = new LingerOption(true, 0);
        if (ending == Ending.ClosedInTheMiddle)
        {
            connection.Client.Client.Shutdown(SocketShutdown.Send);
            if (await HeardAsync() is { } last) last.Status.ShouldBe(400, last.Body);
        }

        return answers;

        async Task<RawAnswer?> HeardAsync()
        {
            try
            {
                return await connection.AnswerAsync(Cancellation);
            }
            catch (IOException) when (ending != Ending.Whole)
            {
                return null; // The server hung up on one that did.
            }
        }
    }

    async Task<RawConnection> OpenAsync()
    {
        var connection = await RawHttp.OpenAsync(Url, "", Cancellation);
        connection.Client.NoDelay = true;
        return connection;
    }

    static Task SendAsync(RawConnection connection, string text) => connection.Stream.WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation).AsTask();

    string Post(string body, string? credentials = null) => Head($"Content-Length: {body.Length}", credentials) + body;

    string Head(string length, string? credentials = null) =>
        $"POST /token HTTP/1.1\r\nHost: {new Uri(Url).Authority}\r\n{RawHttp.Basic(credentials ?? Web)}Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n";

    static string Chunk(string piece) => $"{piece.Length:x}\r\n{piece}\r\n";

    static List<string> Cut(string body, int[] places)
    {
        int[] ends = [.. places, body.Length];
        return [.. ends.Select((end, i) => body[(i == 0 ? 0 : ends[i - 1])..end])];
    }

    static string[] Subjects(int count, string of = "subject") => [.. Enumerable.Range(0, count).Select(i => $"{of}-{i}")];

    string Token(string subject, int padding = 0) =>
        world.IdToken(claims => claims["padding"] = RandomNumberGenerator.GetHexString(padding), subject, key: Keys.Es256);

    static void ShouldBeOf(string subject, RawAnswer? answer)
    {
        answer.ShouldNotBeNull($"{subject} was not answered").Status.ShouldBe(200, answer.Body);
        ClaimsOf(answer)["sub"]!.GetValue<string>().ShouldBe(subject);
    }

    static JsonObject ClaimsOf(RawAnswer answer) => TestJwt.Parse((string)answer.Json["access_token"]!).Claims;

    /// <summary>All that an answer says, but for what differs from one time to the next.</summary>
    static JsonObject Meaning(RawAnswer? answer)
    {
        var said = answer.ShouldNotBeNull().Json;
        said["status"] = answer.Status;
        if (answer.Status == 200) said["access_token"] = ClaimsOf(answer);
        foreach (var member in new[] { "decision_id", "expires_in" }) said.Remove(member);
        foreach (var claim in new[] { "jti", "iat", "exp" }) (said["access_token"] as JsonObject)?.Remove(claim);
        return said;
    }
}
