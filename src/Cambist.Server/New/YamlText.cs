using System.Text;

namespace Cambist.Server;

/// <summary>YAML with a comment on each line: beside it in one column, or above it where there is no room.</summary>
sealed class YamlText
{
    const int Column = 45;

    readonly StringBuilder _text = new();

    /// <summary>A string that is one whatever it holds: JSON's form, which YAML reads alike.</summary>
    public static string Quoted(string value) => WrittenYaml.Quoted(value);

    public YamlText Line(string yaml, string? comment = null)
    {
        var said = comment is null ? "" : $"# {PrintableText.Of(comment)}";
        var isBeside = yaml.Length < Column && said.Length < 90;
        if (said.Length > 0 && !isBeside) _text.Append(' ', yaml.Length - yaml.TrimStart().Length).Append(said).Append('\n');
        _text.Append(said.Length > 0 && isBeside ? $"{yaml.PadRight(Column - 1)} {said}" : yaml).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();
}
