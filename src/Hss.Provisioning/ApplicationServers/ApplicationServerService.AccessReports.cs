using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Grpc;
using Hss.Subscribers;

namespace Hss.Provisioning;

// What the access networks say, handed over by whoever knows it. Spec: TS 29.328 7.6.6, 7.6.7, 7.6.14 to 7.6.17.
public sealed partial class ApplicationServerService
{
    /// <summary>Clocks of different machines: a report from so little in the future is one of this moment.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// Order: a report that is older than the one that is held came late, and is refused: what it says is not so any more.
    public override Task<V1.AccessReport> ReportAccess(V1.ReportAccessRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var reported = ReportTime(request.ReportTime);
            var document = Encoding.UTF8.GetBytes(request.ShData);
            var problems = document.Length == 0 ? throw Refusals.Field("sh_data", "is missing; give an Sh-Data document with access data, or use DeleteAccessReport")
                : AccessReportDocument.Check(document);
            if (problems is [var problem, ..])
            {
                var more = problems.Length > 1 ? $" (and {problems.Length - 1} more: see the field violations)" : "";
                throw RpcErrors.InvalidArgument($"sh_data: {problem}{more}", problems.Select(one => ("sh_data", one.ToString())));
            }
            var author = Caller.Of(context).AuthorFor(context, null, request);
            var found = await FindPrivateAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false);
            var report = new AccessReport(CanonicalPrivate(request.PrivateIdentity), reported, document);
            if (request.ValidateOnly) CheckNewer(found, report);
            else
                await ChangeAsync(found, subscriber =>
                {
                    CheckNewer(subscriber, report);
                    var data = subscriber.ApplicationData;
                    return SubscriberChange.None with { ApplicationData = data with { AccessReports = [.. data.AccessReports.Where(one => one.PrivateIdentity != report.PrivateIdentity), report] } };
                }, () => $"access report of {report.PrivateIdentity}", author, cancellationToken).ConfigureAwait(false);
            return MessageOf(report);
        });
    }

    public override Task<V1.AccessReport> GetAccessReport(V1.GetAccessReportRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var subscriber = await FindPrivateAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false);
            return MessageOf(ReportOf(subscriber, CanonicalPrivate(request.PrivateIdentity)));
        });
    }

    public override Task<Empty> DeleteAccessReport(V1.DeleteAccessReportRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, null, request);
            var found = await FindPrivateAsync(request.PrivateIdentity, cancellationToken).ConfigureAwait(false);
            var privateIdentity = CanonicalPrivate(request.PrivateIdentity);
            await ChangeAsync(found, subscriber =>
            {
                var data = subscriber.ApplicationData;
                return SubscriberChange.None with { ApplicationData = data with { AccessReports = data.AccessReports.Remove(ReportOf(subscriber, privateIdentity)) } };
            }, () => $"access report of {privateIdentity} removed", author, cancellationToken).ConfigureAwait(false);
            return new Empty();
        });
    }

    private static AccessReport ReportOf(Subscriber subscriber, string privateIdentity) =>
        subscriber.ApplicationData.AccessReports.FirstOrDefault(one => one.PrivateIdentity == privateIdentity)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"nothing was reported of {privateIdentity}"));

    private static void CheckNewer(Subscriber subscriber, AccessReport report)
    {
        if (subscriber.IndexOfPrivateIdentity(report.PrivateIdentity) < 0) throw Refusals.NotFound(subscriber.Subscription.SubscriptionId);
        if (subscriber.ApplicationData.AccessReports.FirstOrDefault(one => one.PrivateIdentity == report.PrivateIdentity) is { } held && held.Reported > report.Reported)
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"what is held of {report.PrivateIdentity} was reported later than this; nothing was changed"));
    }

    private static string CanonicalPrivate(string privateIdentity) =>
        CanonicalIdentity.TryPrivate(privateIdentity, out var canonical, out var problem) ? canonical : throw Refusals.Field("private_identity", problem!);

    private DateTimeOffset ReportTime(Timestamp? given)
    {
        var now = time.GetUtcNow();
        if (given is null) return now;
        DateTimeOffset reported;
        try
        {
            reported = given.ToDateTimeOffset();
        }
        catch (Exception bad) when (bad is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw Refusals.Field("report_time", "is no time; it lies between the years 1 and 9999");
        }
        if (reported > now + ClockDifference) throw Refusals.Field("report_time", "lies in the future; give the time at which it was so, or none for now");
        return reported < now ? reported : now;
    }

    private static V1.AccessReport MessageOf(AccessReport report) => new()
    {
        PrivateIdentity = report.PrivateIdentity, ReportTime = Timestamp.FromDateTimeOffset(report.Reported), ShData = Encoding.UTF8.GetString(report.Document.Span),
    };
}
