using System.Globalization;
using System.Text;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Tests;
using Hss.Subscribers;

namespace Hss.Simulation.Tests.Sh;

/// <summary>Sh messages as an application server sends them.</summary>
internal static class ShMessages
{
    public const string Indication = "telephony";

    public static byte[] Udr(string origin, string user, uint number) => Request(306, origin, number, writer =>
    {
        WriteUser(writer, user);
        writer.WriteText(Avp.ServiceIndication, Indication);
        writer.WriteUnsigned32(Avp.DataReference, 0);
    });

    /// <param name="content">Null: the data are to be deleted.</param>
    public static byte[] Pur(string origin, string user, uint number, int sequenceNumber, string? content) => Request(307, origin, number, writer =>
    {
        WriteUser(writer, user);
        writer.WriteUnsigned32(Avp.DataReference, 0);
        string data = content is null ? "" : $"<ServiceData><d>{content}</d></ServiceData>";
        writer.WriteText(Avp.ShUserData, string.Create(CultureInfo.InvariantCulture,
            $"<Sh-Data><RepositoryData><ServiceIndication>{Indication}</ServiceIndication><SequenceNumber>{sequenceNumber}</SequenceNumber>{data}</RepositoryData></Sh-Data>"));
    });

    public static byte[] Snr(string origin, string user, uint number, bool unsubscribes, bool wantsData) => Request(308, origin, number, writer =>
    {
        WriteUser(writer, user);
        writer.WriteText(Avp.ServiceIndication, Indication);
        if (wantsData) writer.WriteUnsigned32(Avp.SendDataIndication, 1);
        writer.WriteUnsigned32(Avp.SubsReqType, unsubscribes ? 1u : 0);
        writer.WriteUnsigned32(Avp.DataReference, 0);
    });

    /// <summary>A PNA, or with a code of 3000 and more a relay's word.</summary>
    public static byte[] Answer(byte[] request, string origin, ResultCode code) => Message(
        DiameterHeader.Read(request) with { Flags = CommandFlags.Proxiable | ((uint)code is >= 3000 and < 4000 ? CommandFlags.Error : CommandFlags.None) }, origin,
        AvpOccurrences.Find(request, Avp.SessionId).First.RawAvp, writer => writer.WriteUnsigned32(Avp.ResultCode, (uint)code));

    public static uint CodeOf(byte[] answer) =>
        AvpOccurrences.Find(answer, Avp.ResultCode).First is { IsPresent: true } result ? result.ToUnsigned32()
            : AvpOccurrences.FindIn(AvpOccurrences.Find(answer, Avp.ExperimentalResult).First, Avp.ExperimentalResultCode).First.ToUnsigned32();

    /// <summary>What User-Data says of the item; null: there is no User-Data.</summary>
    public static ItemState? StateIn(byte[] message)
    {
        AvpValue value = AvpOccurrences.Find(message, Avp.ShUserData).First;
        if (!value.IsPresent) return null;
        Assert.True(ShDataReader.TryRead(value.Span, out ShData? data, out DocumentProblem? problem), $"{problem}");
        ShRepositoryData piece = Assert.Single(data.RepositoryData);
        Assert.Equal(Indication, piece.ServiceIndication);
        return new ItemState(piece.SequenceNumber, piece.ServiceData is { } content ? ItemState.TextOf(content.Span) : null);
    }

    /// <summary>The AVPs of a request of the node, before it leaves.</summary>
    public static byte[] Content(OutgoingRequest request) => Message(new DiameterHeader { Flags = CommandFlags.Request }, Machine.Identity, default, request.Write);

    public static string UserOf(byte[] message) => AvpOccurrences.FindIn(AvpOccurrences.Find(message, Avp.UserIdentity).First, Avp.PublicIdentity).First.ToText();

    private static void WriteUser(MessageWriter writer, string user)
    {
        writer.BeginGroup(Avp.UserIdentity);
        writer.WriteText(Avp.PublicIdentity, user);
        writer.EndGroup();
    }

    private static byte[] Request(uint command, string origin, uint number, Action<MessageWriter> write) => Message(
        new DiameterHeader
        {
            Flags = CommandFlags.Request | CommandFlags.Proxiable, CommandCode = command, ApplicationId = ApplicationIds.Sh, HopByHopId = number, EndToEndId = number,
        },
        origin, default, writer =>
        {
            writer.WriteText(Avp.DestinationRealm, CxRequests.Realm);
            write(writer);
        });

    private static byte[] Message(DiameterHeader header, string origin, ReadOnlyMemory<byte> session, Action<MessageWriter> write)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(header);
        if (session.IsEmpty) writer.WriteText(Avp.SessionId, string.Create(CultureInfo.InvariantCulture, $"{origin};{header.HopByHopId};1"));
        else writer.WriteRawAvp(session.Span);
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Sh);
        writer.EndGroup();
        writer.WriteUnsigned32(Avp.AuthSessionState, 1);
        writer.WriteText(Avp.OriginHost, origin);
        writer.WriteText(Avp.OriginRealm, CxRequests.Realm);
        write(writer);
        writer.End();
        byte[] message = writer.Written.ToArray();
        writer.Return();
        return message;
    }
}

/// <summary>The item at one moment. Text is null when it is deleted, or was not there.</summary>
internal readonly record struct ItemState(int Number, string? Text)
{
    public static readonly ItemState Absent = new(-1, null);

    public bool IsThere => Text is not null;

    /// <summary>Every PUR writes another text.</summary>
    public static string TextOf(ReadOnlySpan<byte> serviceData) =>
        Encoding.UTF8.GetString(serviceData) is var xml && xml.StartsWith("<d>", StringComparison.Ordinal) ? xml[3..^4] : xml;

    public override string ToString() => IsThere ? $"{Number}={Text}" : "absent";
}
