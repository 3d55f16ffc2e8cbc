using System.Buffers;

namespace Cambist;

/// <summary>Finds a name that stands twice in one object. Few members are compared in pairs, many are sorted: no input makes it quadratic.</summary>
internal static class MemberNames
{
    const int FewMembers = 24;

    public static bool HaveDuplicate(ReadOnlyMemory<byte> json, byte[] unescaped, ClaimEntry[] table, int container) =>
        table[container].Count <= FewMembers
            ? PairsHaveDuplicate(json.Span, unescaped, table, container)
            : SortedHaveDuplicate(json, unescaped, table, container);

    static bool PairsHaveDuplicate(ReadOnlySpan<byte> json, ReadOnlySpan<byte> unescaped, ClaimEntry[] table, int container)
    {
        Span<int> seen = stackalloc int[FewMembers];
        var member = container + 1;
        for (var i = 0; i < table[container].Count; i++)
        {
            var length = table[member].NameLength;
            for (var j = 0; j < i; j++)
            {
                ref readonly var other = ref table[seen[j]];
                if (other.NameLength == length && other.Name(json, unescaped).SequenceEqual(table[member].Name(json, unescaped))) return true;
            }

            seen[i] = member;
            member = table[member].NextSibling(member);
        }

        return false;
    }

    static bool SortedHaveDuplicate(ReadOnlyMemory<byte> json, byte[] unescaped, ClaimEntry[] table, int container)
    {
        var count = table[container].Count;
        var rented = ArrayPool<int>.Shared.Rent(count);
        var members = rented.AsSpan(0, count);
        var member = container + 1;
        for (var i = 0; i < count; i++)
        {
            members[i] = member;
            member = table[member].NextSibling(member);
        }

        var order = new NameOrder(json, unescaped, table);
        members.Sort(order);
        var found = false;
        for (var i = 1; i < count && !found; i++) found = order.Compare(members[i - 1], members[i]) == 0;
        ArrayPool<int>.Shared.Return(rented);
        return found;
    }

    readonly struct NameOrder(ReadOnlyMemory<byte> json, byte[] unescaped, ClaimEntry[] table) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            var byLength = table[x].NameLength.CompareTo(table[y].NameLength);
            return byLength != 0 ? byLength : table[x].Name(json.Span, unescaped).SequenceCompareTo(table[y].Name(json.Span, unescaped));
        }
    }
}
