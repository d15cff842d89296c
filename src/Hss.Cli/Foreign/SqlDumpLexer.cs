using System.Text;

namespace Hss.Cli.Foreign;

/// <summary>Words, strings and signs of a MySQL dump, octet by octet.</summary>
/// Shape: what a token holds are octets as the characters U+0000 to U+00FF, because columns of keys are no text.
/// Order: one token in memory. Errors: <see cref="ForeignFormatException"/> for a string that never ends; the file is named by whoever asked.
/// Spec: MySQL reference manual, "String Literals", "Hexadecimal Literals", "Comments".
internal sealed class SqlDumpLexer(Stream stream)
{
    /// <summary>Longer tokens are cut and marked: rows of tables that nobody reads may hold anything.</summary>
    public const int MaxTokenOctets = 8 * 1024;

    public enum Kind
    {
        End,

        /// <summary>Without quotes: a key word, a number, a name.</summary>
        Word,

        /// <summary>In backticks.</summary>
        Name,
        String,
        Sign,
    }

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _text = new();
    private int _position;
    private int _length;

    public int Line { get; private set; } = 1;

    public Kind Current { get; private set; }

    /// <summary>What the token holds, escapes resolved. Cut when <see cref="IsCut"/>.</summary>
    public string Text { get; private set; } = "";

    public bool IsCut { get; private set; }

    public bool Is(char sign) => Current == Kind.Sign && Text[0] == sign;

    public bool Is(string word) => Current == Kind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public void Next()
    {
        _text.Clear();
        IsCut = false;
        SkipBlanksAndComments();
        var octet = Take();
        Current = octet switch
        {
            < 0 => Kind.End,
            '\'' or '"' => ReadString(octet),
            '`' => ReadName(),
            _ when IsWord(octet) => ReadWord(octet),
            _ => ReadSign(octet),
        };
        Text = _text.ToString();
    }

    private Kind ReadString(int quote)
    {
        var start = Line;
        while (true)
        {
            var octet = Take();
            if (octet < 0) throw new ForeignFormatException($"line {start}: a string begins here and never ends");
            if (octet == '\\') octet = Escaped(Take());
            else if (octet == quote)
            {
                if (Peek() != quote) return Kind.String;
                Take();
            }
            Append(octet);
        }
    }

    // \% and \_ stay as they are outside of patterns; any other letter stands for itself.
    private int Escaped(int octet)
    {
        if (octet is '%' or '_') Append('\\');
        return octet switch { '0' => 0, 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'Z' => 0x1A, < 0 => ' ', _ => octet };
    }

    private Kind ReadName()
    {
        var start = Line;
        while (true)
        {
            var octet = Take();
            if (octet < 0) throw new ForeignFormatException($"line {start}: a name begins here and never ends");
            if (octet == '`')
            {
                if (Peek() != '`') return Kind.Name;
                Take();
            }
            Append(octet);
        }
    }

    private Kind ReadWord(int octet)
    {
        Append(octet);
        while (IsWord(Peek())) Append(Take());
        return Kind.Word;
    }

    private Kind ReadSign(int octet)
    {
        Append(octet);
        return Kind.Sign;
    }

    private void SkipBlanksAndComments()
    {
        while (true)
        {
            var octet = Peek();
            if (octet is ' ' or '\t' or '\r' or '\n') Take();
            else if (octet == '#' || (octet == '-' && PeekSecond() == '-')) SkipLine();
            // What MySQL alone would run inside such comments sets the session up; no rows stand there.
            else if (octet == '/' && PeekSecond() == '*') SkipComment();
            else return;
        }
    }

    private void SkipLine()
    {
        while (Peek() is >= 0 and not '\n') Take();
    }

    private void SkipComment()
    {
        Take();
        Take();
        while (Peek() >= 0)
            if (Take() == '*' && Peek() == '/')
            {
                Take();
                return;
            }
    }

    private static bool IsWord(int octet) => octet is >= '0' and <= '9' or >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '_' or '$' or '@' or '.' or '-' or '+' or >= 0x80;

    private void Append(int octet)
    {
        if (_text.Length < MaxTokenOctets) _text.Append((char)octet);
        else IsCut = true;
    }

    private int Peek() => _position < _length || Fill() ? _buffer[_position] : -1;

    private int PeekSecond()
    {
        if (_length - _position < 2 && !Fill()) return -1;
        return _length - _position < 2 ? -1 : _buffer[_position + 1];
    }

    private int Take()
    {
        if (_position >= _length && !Fill()) return -1;
        var octet = _buffer[_position++];
        if (octet == '\n') Line++;
        return octet;
    }

    // Keeps what is not taken yet: a look at the second octet may need it.
    private bool Fill()
    {
        Buffer.BlockCopy(_buffer, _position, _buffer, 0, _length - _position);
        _length -= _position;
        _position = 0;
        var read = stream.Read(_buffer, _length, _buffer.Length - _length);
        _length += read;
        return read > 0;
    }
}
