using Cambist.Protocol;

namespace Cambist;

internal static class RemedyTexts
{
    public static IEnumerable<Remedy> Of(Reason reason) => [new(RemedyPlace.Request, reason.WireName())];
}
