using Spectre.Console;

namespace Cambist.Server;

/// <summary>The marks of a picture, each of which reads without its colour.</summary>
sealed record PictureMarks(string Yes, string No, string Nothing, string Unknown, string Dash, string Range, TreeGuide Guide)
{
    public static readonly PictureMarks Unicode = new("✓", "✗", "·", "?", " — ", "–", TreeGuide.Line);

    /// <summary>For output that takes nothing else.</summary>
    public static readonly PictureMarks Ascii = new("ok", "NO", "--", "??", " - ", "-", TreeGuide.Ascii);

    public static readonly Style Good = new(Color.Green);
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);
    public static readonly Style Aside = new(decoration: Decoration.Dim);
    public static readonly Style Caution = new(Color.Yellow);
    public static readonly Style Heading = new(decoration: Decoration.Bold);
}
