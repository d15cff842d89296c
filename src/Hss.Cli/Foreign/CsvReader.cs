using System.Text;

namespace Hss.Cli.Foreign;

/// <summary>Cuts CSV into records with the place of each.</summary>
/// Shape: RFC 4180: fields may be quoted, a quote inside is doubled, a quoted field may hold commas and line ends; lines end with LF or CRLF.
/// Order: one record in memory. Errors: in the record; after one the next line is tried. Spec: RFC 4180 2.
internal sealed class CsvReader(TextReader text)
{
    public const int MaxFieldLength = 16 * 1024;
    public const int MaxFields = 256;

    private int _line = 1;

    /// <param name="Line">Where it begins, from 1.</param>
    /// <param name="Problem">Null, or why it is no record; Column (from 1) says where.</param>
    public sealed record Record(int Line, List<string> Fields, string? Problem, int Column);

    public Record? Read()
    {
        if (text.Peek() < 0) return null;
        var start = _line;
        var fields = new List<string>();
        var field = new StringBuilder();
        while (true)
        {
            var problem = ReadField(field, out var isLast);
            if (problem is null && fields.Count == MaxFields) problem = $"is one too many; at most {MaxFields} are allowed";
            if (problem is not null)
            {
                if (!isLast) SkipLine();
                return new(start, fields, problem, fields.Count + 1);
            }
            fields.Add(field.ToString());
            if (isLast) return new(start, fields, null, 0);
        }
    }

    private string? ReadField(StringBuilder field, out bool isLast)
    {
        field.Clear();
        isLast = false;
        if (text.Peek() == '"') return ReadQuoted(field, out isLast);
        while (true)
        {
            var character = text.Read();
            if (character == ',') return null;
            if (IsEnd(character))
            {
                isLast = true;
                return null;
            }
            if (character == '"') return "has a quote inside; put the whole field in quotes and double it";
            if (field.Length == MaxFieldLength) return $"is longer than {MaxFieldLength} characters";
            field.Append((char)character);
        }
    }

    private string? ReadQuoted(StringBuilder field, out bool isLast)
    {
        isLast = false;
        text.Read();
        while (true)
        {
            var character = text.Read();
            if (character < 0)
            {
                isLast = true;
                return "begins with a quote and never ends";
            }
            if (character == '"')
            {
                if (text.Peek() != '"') break;
                text.Read();
            }
            if (character == '\n') _line++;
            if (field.Length == MaxFieldLength) return $"is longer than {MaxFieldLength} characters";
            field.Append((char)character);
        }
        var next = text.Read();
        isLast = IsEnd(next);
        return isLast || next == ',' ? null : "goes on behind its closing quote; double the quotes inside it";
    }

    private bool IsEnd(int character)
    {
        if (character < 0) return true;
        if (character == '\r')
        {
            if (text.Peek() == '\n') text.Read();
        }
        else if (character != '\n') return false;
        _line++;
        return true;
    }

    private void SkipLine()
    {
        while (!IsEnd(text.Read()))
        {
        }
    }
}
