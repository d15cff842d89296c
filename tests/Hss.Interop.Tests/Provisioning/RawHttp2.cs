using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>A TCP connection on which the test writes HTTP/2 frames by hand. Spec: RFC 9113 4.1, 6; RFC 7541 6.2.2.</summary>
internal sealed class RawHttp2 : IDisposable
{
    public const byte Data = 0, Headers = 1, Priority = 2, ResetStream = 3, Settings = 4, PushPromise = 5, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;
    public const byte EndStream = 1, Ack = 1, EndHeaders = 4, Padded = 8;

    private const int FrameHeaderBytes = 9;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TcpClient _socket = new(AddressFamily.InterNetwork);
    private NetworkStream? _stream;

    private NetworkStream Stream => _stream ?? throw new InvalidOperationException("not connected");

    public static async Task<RawHttp2> ConnectAsync(IPEndPoint server)
    {
        var connection = new RawHttp2();
        await connection._socket.ConnectAsync(server);
        connection._stream = connection._socket.GetStream();
        return connection;
    }

    /// <summary>The preface with empty SETTINGS.</summary>
    public static byte[] Preface => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0)];

    public static byte[] Frame(byte type, byte flags, uint stream, params ReadOnlySpan<byte> payload)
    {
        var frame = new byte[FrameHeaderBytes + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(FrameHeaderBytes));
        return frame;
    }

    /// <summary>The headers of a call, each as a literal without indexing.</summary>
    public static byte[] CallHeaders(string path, params (string Name, string Value)[] more) => Literals(
        [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "hss"), ("content-type", "application/grpc"), ("te", "trailers"), .. more]);

    public static byte[] Literals(params IEnumerable<(string Name, string Value)> headers) =>
        [.. headers.SelectMany(header => (byte[])[0, .. Text(header.Name), .. Text(header.Value)])];

    /// <summary>Writes what may be refused while it is written.</summary>
    public async Task WriteAsync(params byte[][] pieces)
    {
        try
        {
            await Stream.WriteAsync(pieces.SelectMany(piece => piece).ToArray());
        }
        catch (IOException)
        {
            // The server has closed already; what it said before is read by ReadToEndAsync.
        }
    }

    /// <summary>All until the server closes the connection.</summary>
    /// Errors: <see cref="TimeoutException"/> when it does not.
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(all).WaitAsync(Limit);
        }
        catch (IOException)
        {
            // Reset: that is an end, too.
        }
        return all.ToArray();
    }

    /// <summary>The error code of the last GOAWAY in what was read; null: there is none.</summary>
    public static uint? GoAwayCode(byte[] octets)
    {
        uint? code = null;
        for (var at = 0; at + FrameHeaderBytes <= octets.Length;)
        {
            var length = (int)(BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at)) >> 8);
            if (octets[at + 3] == GoAway && at + FrameHeaderBytes + 8 <= octets.Length) code = BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at + FrameHeaderBytes + 4));
            at += FrameHeaderBytes + length;
        }
        return code;
    }

    /// <summary>Gone without a goodbye: the peer gets a reset.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    // The length in 7 bits and, when that is not enough, in one octet more (RFC 7541 5.1).
    private static byte[] Text(string text) => text.Length switch
    {
        < 127 => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)],
        < 127 + 128 => [127, (byte)(text.Length - 127), .. Encoding.ASCII.GetBytes(text)],
        _ => throw new ArgumentException("too long for these tests", nameof(text)),
    };
}
