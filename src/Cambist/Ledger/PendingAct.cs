namespace Cambist;

interface IPendingAct : IPendingWrite
{
    /// <summary>Runs on the writer's thread; keeps what it returns or throws for the caller.</summary>
    void Run(DecisionIdSequence ids);
}

/// <summary>A rare write that is no entry of a batch: a revocation, a key replacement.</summary>
sealed class PendingAct<T>(Func<DecisionIdSequence, T> act) : IPendingAct
{
    readonly TaskCompletionSource<T> _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T? _result;
    Exception? _failure;

    public Task<T> Task => _waiter.Task;

    public void Run(DecisionIdSequence ids)
    {
        try
        {
            _result = act(ids);
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    public void Fail(Exception failure) => _failure = failure;

    public void Answer()
    {
        if (_failure is null) _waiter.SetResult(_result!);
        else _waiter.SetException(_failure);
    }
}
