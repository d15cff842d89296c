using System.Buffers;
using System.Collections.Immutable;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>User-Data of an answer: what was asked for, as it stands.</summary>
/// Spec: TS 29.328 6.1.1.1 step 5, 7.6; Annex C.
internal static class UserDataAvp
{
    private const int MaxKeptBytes = 128 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <summary>Writes User-Data, or nothing when there is none of the data. False: it does not fit the answer, and nothing was written.</summary>
    /// <param name="bytes">Length of the document; 0: none.</param>
    public static bool TryWrite(
        Answer answer, ShSource source, AskedUser user, ImmutableArray<ShItem> items, MissingData missing, DateTimeOffset now, out int bytes)
    {
        bytes = 0;
        var document = new ShData();
        var writes = false;
        var found = user.In(source);
        foreach (var item in items)
        {
            writes |= ShDataContent.TryAdd(document, source, found, item, missing != MissingData.LeftOut, now, pendingCounts: missing != MissingData.Told)
                || (missing == MissingData.Told && item.Reference is (ShDataReference.ServerName or ShDataReference.InitialFilterCriteria));
        }
        return !writes || TryWrite(answer, document, out bytes);
    }

    /// <param name="mandatory">Whether the receiver has to know the AVP: not where it stands in an answer whose grammar does not name it.</param>
    public static bool TryWrite(Answer answer, ShData document, out int bytes, bool mandatory = true)
    {
        var buffer = t_buffer ??= new();
        buffer.ResetWrittenCount();
        bytes = ShDataWriter.Write(document, buffer);
        var fits = ShAnswers.AvpBytes(bytes) <= answer.RoomBytes;
        if (fits) answer.Writer.WriteAvp(Avp.ShUserData.Key, mandatory ? Avp.ShUserData.Flags : Avp.ShUserData.Flags & ~AvpFlags.Mandatory, buffer.WrittenSpan);
        if (buffer.Capacity > MaxKeptBytes) t_buffer = null;
        return fits;
    }
}

/// <summary>How an answer says that there is no such data.</summary>
internal enum MissingData
{
    /// <summary>Not at all: an application server without Notif-Eff asked for one thing, and no User-Data says it.</summary>
    LeftOut,

    /// <summary>By empty elements beside data that are there; where nothing is there, no User-Data says it.</summary>
    ToldBesideOthers,

    /// <summary>By empty elements, also alone: for who subscribes, and is told as notifications will tell him.</summary>
    Told,
}
