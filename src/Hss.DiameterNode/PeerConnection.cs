using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Hss.Diameter;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>One transport connection: reads it, cuts messages, sends them where they belong, and ends it.</summary>
/// Shape: a read loop that serves requests as it goes. A procedure that can answer at once runs to its end here; one that must wait
/// goes on alone while the loop reads on. Order: a flush for every few answers, so that the peer has something to do meanwhile, and one for the rest
/// of a read. Limits: at the bound of requests in flight reading
/// stops, the transport's buffers fill and the peer is slowed down. A DWR behind that bound waits with the rest, but never longer
/// than the request deadline, because that is when every request in flight has its answer; Tw is many times that.
/// Errors: whatever happens here ends this connection only.
internal sealed class PeerConnection : IDisposable
{
    /// <summary>Little enough that a peer that waits for answers does not wait for all of them, much for a system call.</summary>
    private const int MessagesPerFlush = 32;

    /// <summary>What is read of a message that is too long: enough for what an answer needs of it.</summary>
    private const int HeadBytes = 1024;

    private readonly DiameterNode _node;
    private readonly ConnectionContext _context;
    private readonly InFlight _inFlight;
    private readonly AnswerQueue _queue;
    private readonly PeerSession _session;
    private readonly Newcomers.Newcomer? _newcomer;
    private int _toSkip;
    private volatile bool _isIdentified;
    private volatile bool _isEnding;
    private volatile bool _isAborted;

    /// <param name="node">The node.</param>
    /// <param name="context">The transport.</param>
    /// <param name="newcomer">Its place among those that have shown no CER yet; null for a dialled one, which is no stranger.</param>
    /// <param name="dialler">Who dialled it; null for an accepted one.</param>
    public PeerConnection(DiameterNode node, ConnectionContext context, Newcomers.Newcomer? newcomer, Dialler? dialler = null)
    {
        _newcomer = newcomer;
        _isIdentified = dialler is not null;
        _node = node;
        _context = context;
        _inFlight = new InFlight(node.Options.MaxRequestsInFlightPerPeer);
        _queue = new AnswerQueue(context.Transport.Output, _inFlight, node.Time, node.Options.SendTimeout, OnStalled);
        _session = new PeerSession(node, this, _queue, _inFlight, dialler);
    }

    public string RemoteEndPoint => _context.RemoteEndPoint?.ToString() ?? _context.ConnectionId;

    public IPAddress? LocalAddress => (_context.LocalEndPoint as IPEndPoint)?.Address;

    public CapabilitiesSource Source => new(
        (_context.RemoteEndPoint as IPEndPoint)?.Address, RemoteEndPoint, IsTls, _inFlight,
        _context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate);

    public bool IsTls => _context.Features.Get<ITlsHandshakeFeature>() is not null;

    /// <summary>Whether the peer has shown a good CER.</summary>
    public bool IsIdentified => _isIdentified;

    /// <summary>Serves the connection until it ends.</summary>
    public async Task RunAsync()
    {
        _session.PostAndFlush(PeerSession.LetterKind.Start);
        if (_node.IsStopping) Stop(); // whoever stopped the node may not have seen this connection
        try
        {
            await ReadAsync();
        }
        catch (Exception e)
        {
            // Our bug: what a peer or the transport can do wrong does not come here.
            _node.Log.SessionFault(_session.Name, e);
            Abort();
        }

        _isEnding = true;
        _session.PostAndFlush(PeerSession.LetterKind.PeerDisc);
        if (!_isAborted) await DrainAsync();
        _queue.Close();
        await _queue.WhenIdleAsync();
        await _context.Transport.Input.CompleteAsync();
        await _context.Transport.Output.CompleteAsync();
    }

    public void Dispose()
    {
        _session.Dispose();
        _queue.Dispose();
    }

    /// <summary>Ends the connection in good order: DPR first where there is a peer.</summary>
    public void Stop() => _session.PostAndFlush(PeerSession.LetterKind.Stop);

    /// <summary>The peer showed a good CER.</summary>
    public void Identify()
    {
        _isIdentified = true;
        _newcomer?.Dispose();
    }

    /// <summary>Reads no more; what is owed is answered, then the transport is closed.</summary>
    public void Disconnect()
    {
        _isEnding = true;
        _context.Transport.Input.CancelPendingRead();
    }

    /// <summary>Closes the transport at once; answers that are owed are dropped.</summary>
    public void Abort()
    {
        _isAborted = true;
        _isEnding = true;
        _queue.Close();
        _inFlight.Release();
        _context.Transport.Input.CancelPendingRead();
        _context.Transport.Output.CancelPendingFlush();
        _context.Abort();
    }

    private async Task ReadAsync()
    {
        PipeReader input = _context.Transport.Input;
        while (!_isEnding)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync();
            }
            catch (OutOfMemoryException e)
            {
                if (_node.NoThreadLog.TryLog(_node.Time, out int suppressed)) _node.Log.NoThread(_session.Name, e.Message, suppressed);
                return;
            }
            catch (Exception e)
            {
                _node.Log.TransportFailed(_session.Name, e);
                return;
            }

            ReadOnlySequence<byte> buffer = result.Buffer;
            long received = _node.Time.GetTimestamp();
            int unflushed = 0;
            while (!_isEnding)
            {
                if (_inFlight.IsFull)
                {
                    _queue.Flush();
                    await _inFlight.WaitForRoomAsync();
                    received = _node.Time.GetTimestamp();
                    continue;
                }

                if (_toSkip > 0)
                {
                    int skipped = (int)Math.Min(_toSkip, buffer.Length);
                    (buffer, _toSkip) = (buffer.Slice(skipped), _toSkip - skipped);
                    if (_toSkip > 0) break;
                }

                FrameOutcome outcome = FrameReader.TryCut(ref buffer, _node.Options.MaxFrameLengthBytes, out ReadOnlySequence<byte> frame);
                if (outcome == FrameOutcome.Incomplete) break;
                if (outcome == FrameOutcome.Unreadable || (outcome == FrameOutcome.TooLong && _session.Peer is null))
                {
                    GiveUp(buffer);
                    break;
                }

                if (outcome == FrameOutcome.TooLong)
                {
                    if (buffer.Length < HeadBytes) break;
                    RefuseTooLong(ref buffer, received);
                }
                else
                {
                    Receive(_node.Frames.Copy(frame), received);
                }

                if (++unflushed % MessagesPerFlush == 0) _queue.Flush();
            }

            _queue.Flush();
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) return;
        }
    }

    private void Receive(RentedFrame frame, long received)
    {
        DiameterHeader header = DiameterHeader.Read(frame.Span);
        if (header.IsRequest) _inFlight.Enter();

        if (_session.IsOpen && !PeerMessage.IsOfPeerProtocol(header))
        {
            // R-Open, R-Rcv-Message and I-Open, I-Rcv-Message: Process. Not through the mailbox: this is the path of every application message.
            _session.NoteTraffic(received);
            if (header.IsRequest) _node.Dispatcher.Dispatch(_session.Peer!, _queue, frame, received);
            else _session.ReceiveAnswer(header, frame);
        }
        else
        {
            _session.Post(frame);
        }
    }

    /// <summary>Answers by what the message begins with, and passes over the rest. Nobody waits for an answer that is too long: its request has a timeout.</summary>
    /// Why not closed: what else is outstanding on the connection would be lost with it, and a peer that sends the request again elsewhere would lose that
    /// connection too. Proxy-Info behind the head is not echoed; relays know their way by the Hop-by-Hop Identifier (RFC 6733 6.2).
    private void RefuseTooLong(ref ReadOnlySequence<byte> buffer, long received)
    {
        RentedFrame head = _node.Frames.Copy(buffer.Slice(0, HeadBytes));
        DiameterHeader header = DiameterHeader.Read(head.Span);
        (buffer, _toSkip) = (buffer.Slice(HeadBytes), header.LengthBytes - HeadBytes);
        int longest = _node.Options.MaxFrameLengthBytes;
        if (_node.TooLongLog.TryLog(_node.Time, out int suppressed)) _node.Log.TooLong(_session.Name, header.CommandCode, header.LengthBytes, longest, suppressed);
        _session.NoteTraffic(received);
        if (!header.IsRequest)
        {
            _node.Frames.Return(head);
            return;
        }

        _inFlight.Enter();
        string text = string.Create(CultureInfo.InvariantCulture, $"the message has {header.LengthBytes} octets; at most {longest} are read");
        _node.Dispatcher.Refuse(_session.Peer!, _queue, head, ResultCode.InvalidMessageLength, text, received);
    }

    private void GiveUp(in ReadOnlySequence<byte> buffer)
    {
        if (_node.Log.IsEnabled(LogLevel.Warning))
        {
            _node.Log.Unreadable(_session.Name, Convert.ToHexString(buffer.Slice(0, Math.Min(buffer.Length, DiameterHeader.SizeBytes)).ToArray()));
        }

        _session.Post(PeerSession.LetterKind.Unreadable);
    }

    private async Task DrainAsync()
    {
        try
        {
            await DrainOwedAsync().WaitAsync(_node.Options.DrainTimeout, _node.Time);
        }
        catch (TimeoutException)
        {
            _node.Log.DrainTookTooLong(_session.Name, _inFlight.Count);
            Abort();
        }
    }

    private async Task DrainOwedAsync()
    {
        await _inFlight.WaitUntilEmptyAsync();
        await _queue.WhenIdleAsync();
    }

    private void OnStalled() => _session.PostAndFlush(PeerSession.LetterKind.Stalled);
}
