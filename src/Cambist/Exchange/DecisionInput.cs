namespace Cambist;

/// <summary>
/// All that the decision rests on besides the registry: the only input of steps 6 to 8 of an exchange. It is kept with every
/// ledger entry, which is what makes explain, what-if and replay possible.
/// </summary>
public sealed class DecisionInput
{
}
