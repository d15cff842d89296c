using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Tests;

namespace Hss.Simulation.Tests;

/// <summary>One connection of a CSCF to one machine. It reads all the time, and answers what the node asks.</summary>
/// Order: the tables belong to the gate of the storm.
internal sealed class CscfConnection
{
    private readonly MemoryConnection _transport;
    private readonly Task _served;
    private readonly Task _reading;
    private readonly Action<CscfConnection, byte[]> _received;
    private readonly Action<CscfConnection> _ended;
    private readonly Func<CscfConnection, byte[], Task> _asked;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="machine">Whom it connects to.</param>
    /// <param name="cscf">Who connects.</param>
    /// <param name="isRelay">Whether it brings requests of others.</param>
    /// <param name="number">Tells connections apart.</param>
    /// <param name="received">An answer came.</param>
    /// <param name="ended">The node let go of it.</param>
    /// <param name="asked">A request of the node came.</param>
    public CscfConnection(
        Machine machine, string cscf, bool isRelay, int number, Action<CscfConnection, byte[]> received, Action<CscfConnection> ended,
        Func<CscfConnection, byte[], Task> asked)
    {
        (Machine, Cscf, IsRelay, _received, _ended, _asked) = (machine, cscf, isRelay, received, ended, asked);
        _transport = new MemoryConnection(number % 20_000, sendBufferBytes: 64 * 1024);
        _served = machine.Node.HandleAsync(_transport);
        _reading = Task.Run(ReadAsync);
    }

    public Machine Machine { get; }

    public string Cscf { get; }

    public bool IsRelay { get; }

    /// <summary>Requests whose answers have not been seen, by hop-by-hop identifier.</summary>
    public Dictionary<uint, Operation> Owed { get; } = [];

    /// <summary>Requests that were given up when the connection was cut; their answers may still leave the node.</summary>
    public Dictionary<uint, Operation> Lost { get; } = [];

    /// <summary>Whether the node may close it: it was replaced, or the node stops.</summary>
    public bool MayClose { get; set; }

    /// <summary>Cut on this side: answers still leave the node, but nobody gets them.</summary>
    public bool IsCut { get; set; }

    public bool HasEnded { get; set; }

    /// <summary>Sends a CER and waits for its answer.</summary>
    public async Task OpenAsync()
    {
        await SendAsync(Cer());
        await _opened.Task.WaitAsync(Machine.Patience);
    }

    /// <summary>Sends a part of a CER and leaves.</summary>
    public async Task BreakOffAsync(int octets, bool isBroken)
    {
        await SendAsync(Cer().AsMemory(0, octets));
        await CutAsync(isBroken);
    }

    /// <summary>Sends octets in one piece or, to be put together by the node, in several.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> octets, int pieces = 1)
    {
        await _writing.WaitAsync();
        try
        {
            for (int piece = 0; piece < pieces; piece++)
            {
                int from = octets.Length * piece / pieces, to = octets.Length * (piece + 1) / pieces;
                await _transport.ToNode.WriteAsync(octets[from..to]);
            }
        }
        catch (InvalidOperationException)
        {
            // The node aborted the connection a moment ago, or this side cut it; its end will be seen where it is read.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The transport breaks, or the peer closes it.</summary>
    public ValueTask CutAsync(bool isBroken) => _transport.ToNode.CompleteAsync(isBroken ? new IOException("planned: the connection is lost") : null);

    /// <summary>Ends when the node has let go of it and everything it sent was read.</summary>
    public Task WhenEndedAsync() => Task.WhenAll(_served, _reading).WaitAsync(Machine.Patience);

    private async Task ReadAsync()
    {
        while (true)
        {
            ReadResult result = await _transport.FromNode.ReadAsync();
            ReadOnlySequence<byte> buffer = result.Buffer;
            while (TryCut(ref buffer, out byte[] message)) await TakeAsync(message);
            _transport.FromNode.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted) continue;
            await _transport.FromNode.CompleteAsync();
            _ended(this);
            return;
        }
    }

    private async Task TakeAsync(byte[] message)
    {
        DiameterHeader header = DiameterHeader.Read(message);
        if (header.ApplicationId != ApplicationIds.Base && header.IsRequest)
        {
            await _asked(this, message);
        }
        else if (header.ApplicationId != ApplicationIds.Base)
        {
            _received(this, message);
        }
        else if (header.IsRequest)
        {
            // DWR or DPR. A cut connection answers nothing.
            if (IsCut) return;
            byte[] answer = Message(header.CommandCode, CommandFlags.None, header.HopByHopId, header.EndToEndId,
                writer => writer.WriteUnsigned32(Avp.ResultCode, (uint)ResultCode.Success));
            await SendAsync(answer);
        }
        else if (header.CommandCode == 257)
        {
            if (!_opened.TrySetResult()) _received(this, message);
        }
    }

    private static bool TryCut(ref ReadOnlySequence<byte> buffer, out byte[] message)
    {
        message = [];
        if (buffer.Length < DiameterHeader.SizeBytes) return false;
        int length = DiameterHeader.Read(buffer.Slice(0, DiameterHeader.SizeBytes).ToArray()).LengthBytes;
        if (buffer.Length < length) return false;
        message = buffer.Slice(0, length).ToArray();
        buffer = buffer.Slice(length);
        return true;
    }

    private byte[] Cer() => Message(257, CommandFlags.Request, 0, 0, writer =>
    {
        writer.WriteAddress(Avp.HostIpAddress, IPAddress.Loopback);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteText(Avp.ProductName, "simulated");
        if (IsRelay)
        {
            writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay);
            return;
        }

        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Cx);
        writer.EndGroup();
    });

    private byte[] Message(uint command, CommandFlags flags, uint hopByHopId, uint endToEndId, Action<MessageWriter> write)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader { Flags = flags, CommandCode = command, HopByHopId = hopByHopId, EndToEndId = endToEndId });
        writer.WriteText(Avp.OriginHost, Cscf);
        writer.WriteText(Avp.OriginRealm, CxRequests.Realm);
        write(writer);
        writer.End();
        byte[] message = writer.Written.ToArray();
        writer.Return();
        return message;
    }
}
