using System.Diagnostics;
using System.Globalization;

namespace Cambist.Server;

/// <summary>How far a long reading is, on standard error where that is a terminal: a bar over the time asked about, read backwards.</summary>
sealed class ProgressLine(Terminal terminal, long from, long until)
{
    const int Width = 30;
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    readonly Lock _gate = new();
    readonly long _begin = Stopwatch.GetTimestamp();
    TimeSpan _shown;
    long _count;
    long _oldest = long.MaxValue;

    /// <summary>So many more, the last of them of this instant.</summary>
    public void Report(int more, long milliseconds)
    {
        if (!terminal.ShowsProgress) return;
        lock (_gate)
        {
            _count += more;
            _oldest = Math.Min(_oldest, milliseconds);
            var now = Stopwatch.GetElapsedTime(_begin);
            if (now - _shown < Pace) return;
            _shown = now;
            var part = Math.Clamp((double)(until - _oldest) / (until - from), 0, 1);
            var filled = (int)(part * Width);
            terminal.Error.Write(string.Create(
                CultureInfo.InvariantCulture, $"\r{new string('█', filled)}{new string('░', Width - filled)} {part,4:P0}  {_count:N0} decisions  {now.TotalSeconds:N0} s "));
        }
    }

    /// <summary>Takes it away.</summary>
    public void End()
    {
        if (terminal.ShowsProgress && _shown > TimeSpan.Zero) terminal.Error.Write("\r\e[K");
    }
}
