using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Calls the application's own code. An exception of it, and no answer in time, is a fault of the server: refused, recorded, nothing issued.
/// </summary>
internal sealed class ApplicationCode(TimeProvider clock, IEngineListener listener)
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Awaits one call, and no longer than it may take: what it still does after that changes nothing.</summary>
    /// <param name="what">Whose code, for operators.</param>
    /// <param name="call">The call; its token is cancelled when its time has passed.</param>
    /// <param name="cancellationToken">Gives up; that is nobody's fault.</param>
    public async ValueTask<Denied?> RunAsync(string what, Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await call(either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return Fault($"{what} gave no answer within {Limit.TotalSeconds:0} s");
        }
        catch (Exception e)
        {
            // Its message stays out of everything, since it may repeat a token.
            return Fault($"{what} threw {e.GetType().FullName}", e.StackTrace?.Split('\n', 2)[0].Trim());
        }
    }

    Denied Fault(string fault, string? where = null)
    {
        listener.On(new(EngineEventSeverity.Error, "extension_failed", $"{fault}{(where is null ? "" : $" {where}")}; the request was answered 500, and nothing was issued."));
        return new(Reason.InternalError, fault);
    }
}
