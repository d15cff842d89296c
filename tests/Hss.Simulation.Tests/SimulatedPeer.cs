using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Tests;

namespace Hss.Simulation.Tests;

/// <summary>One connection of a peer to a node in memory. From its CER on it reads all the time, and answers watchdogs.</summary>
internal abstract class SimulatedPeer
{
    private readonly MemoryConnection _transport;
    private readonly Task _served;
    private readonly uint _application;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _reading;

    /// <param name="node">Whom it connects to.</param>
    /// <param name="identity">Who connects.</param>
    /// <param name="application">What it advertises.</param>
    /// <param name="number">Tells connections apart.</param>
    protected SimulatedPeer(Hss.DiameterNode.DiameterNode node, string identity, uint application, int number)
    {
        (Identity, _application) = (identity, application);
        _transport = new MemoryConnection(number % 20_000, sendBufferBytes: 64 * 1024);
        _served = node.HandleAsync(_transport);
    }

    public string Identity { get; }

    public bool IsRelay => _application == ApplicationIds.Relay;

    /// <summary>Cut on this side: what leaves the node, nobody gets.</summary>
    public bool IsCut { get; set; }

    /// <summary>Sends a CER and waits for its answer.</summary>
    public async Task OpenAsync()
    {
        _reading = Task.Run(ReadAsync);
        await SendAsync(Cer());
        await _opened.Task.WaitAsync(Machine.Patience);
    }

    /// <summary>Sends a part of a CER and leaves.</summary>
    public async Task BreakOffAsync(int octets, bool isBroken)
    {
        _reading = Task.Run(ReadAsync);
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
    public Task WhenEndedAsync() => Task.WhenAll(_served, _reading!).WaitAsync(Machine.Patience);

    /// <summary>An answer came.</summary>
    protected abstract void Received(byte[] answer);

    /// <summary>A request of the node came.</summary>
    protected abstract Task AskedAsync(byte[] request);

    /// <summary>The node let go of it.</summary>
    protected abstract void Ended();

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
            Ended();
            return;
        }
    }

    private async Task TakeAsync(byte[] message)
    {
        DiameterHeader header = DiameterHeader.Read(message);
        if (header.ApplicationId != ApplicationIds.Base && header.IsRequest)
        {
            await AskedAsync(message);
        }
        else if (header.ApplicationId != ApplicationIds.Base)
        {
            Received(message);
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
            if (!_opened.TrySetResult()) Received(message);
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
        writer.WriteUnsigned32(Avp.AuthApplicationId, _application);
        writer.EndGroup();
    });

    private byte[] Message(uint command, CommandFlags flags, uint hopByHopId, uint endToEndId, Action<MessageWriter> write)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader { Flags = flags, CommandCode = command, HopByHopId = hopByHopId, EndToEndId = endToEndId });
        writer.WriteText(Avp.OriginHost, Identity);
        writer.WriteText(Avp.OriginRealm, CxRequests.Realm);
        write(writer);
        writer.End();
        byte[] message = writer.Written.ToArray();
        writer.Return();
        return message;
    }
}
