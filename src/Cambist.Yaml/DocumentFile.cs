using System.Text;

namespace Cambist.Yaml;

/// <summary>Reads a file that should hold a document, as far as one may be long.</summary>
static class DocumentFile
{
    /// <summary>Its bytes; null with what is wrong in words where it cannot be had.</summary>
    public static byte[]? Read(string path, string ifMissing, out string? fault)
    {
        try
        {
            fault = null;
            if (PlainFile.IsEmptyOrSpecial(path)) return [];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[(int)Math.Min(file.CanSeek ? file.Length : RegistryDocument.MaxBytes, RegistryDocument.MaxBytes) + 4];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return content[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            fault = e is FileNotFoundException or DirectoryNotFoundException ? ifMissing : "the file cannot be read; see its permissions, and that it is a file";
            return null;
        }
    }

    /// <summary>The text; null with what is wrong in words where it is none.</summary>
    public static string? TextOf(byte[] content, out string? fault)
    {
        fault = null;
        try
        {
            if (content.Length <= RegistryDocument.MaxBytes + 3) return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content); // 3 bytes for a byte order mark
            fault = DocumentText.TooLarge;
        }
        catch (DecoderFallbackException)
        {
            fault = "the file is not UTF-8; save it as UTF-8";
        }

        return null;
    }
}
