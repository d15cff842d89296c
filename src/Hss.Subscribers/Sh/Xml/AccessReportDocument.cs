using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>The Sh-Data of an access report: checked when it is reported, aged when it is told.</summary>
/// Spec: TS 29.328 7.6.6 (AgeOfLocationInformation), Annex D.
public static class AccessReportDocument
{
    /// <summary>What is wrong with a document that is reported; empty: nothing.</summary>
    public static ImmutableArray<DocumentProblem> Check(ReadOnlySpan<byte> document) => throw new NotSupportedException();

    /// <summary>What the report says at <paramref name="now"/>. Null: a report that cannot be read.</summary>
    public static ShAccessData? ReadAt(AccessReport report, DateTimeOffset now) => throw new NotSupportedException();
}
