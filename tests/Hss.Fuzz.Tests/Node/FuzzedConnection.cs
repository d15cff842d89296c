using System.Buffers;
using System.IO.Pipelines;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.Fuzz.Tests;

/// <summary>The peer's end of one connection.</summary>
internal sealed class FuzzedConnection(MemoryConnection connection, Task served)
{
    /// <summary>Only a hang takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends octets and reads so many answers, or fewer when the node closes. Requests of the node are left out.</summary>
    public async Task<List<byte[]>> ExchangeAsync(ReadOnlyMemory<byte> octets, int answers)
    {
        Task<FlushResult> sending = connection.ToNode.WriteAsync(octets).AsTask();
        List<byte[]> received = await ReadAsync(answers);
        await sending;
        return received;
    }

    /// <summary>Sends no more, reads what is still owed until the node closes, and sees it end.</summary>
    public async Task<List<byte[]>> CloseAsync()
    {
        await connection.ToNode.CompleteAsync();
        List<byte[]> rest = await ReadAsync(int.MaxValue);
        await served.WaitAsync(Patience);
        await connection.FromNode.CompleteAsync();
        return rest;
    }

    private async Task<List<byte[]>> ReadAsync(int answers)
    {
        List<byte[]> received = [];
        using CancellationTokenSource patience = new(Patience);
        while (received.Count < answers)
        {
            ReadResult result;
            try
            {
                result = await connection.FromNode.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return received; // The caller tells what is missing.
            }

            ReadOnlySequence<byte> buffer = result.Buffer;
            while (received.Count < answers && TryCut(ref buffer, out byte[] message))
            {
                if (!DiameterHeader.Read(message).IsRequest) received.Add(message);
            }

            connection.FromNode.AdvanceTo(buffer.Start, buffer.End);
            if (received.Count < answers && result.IsCompleted)
            {
                Assert.True(buffer.IsEmpty, "the node closed in the middle of a message");
                break;
            }
        }

        return received;
    }

    private static bool TryCut(ref ReadOnlySequence<byte> buffer, out byte[] message)
    {
        message = [];
        if (buffer.Length < DiameterHeader.SizeBytes) return false;
        int length = DiameterHeader.Read(buffer.Slice(0, DiameterHeader.SizeBytes).ToArray()).LengthBytes;
        Assert.True(length >= DiameterHeader.SizeBytes, "the node sent a length that cannot be");
        if (buffer.Length < length) return false;
        message = buffer.Slice(0, length).ToArray();
        buffer = buffer.Slice(length);
        return true;
    }
}
