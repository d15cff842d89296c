using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>What an import has done so far, and what its client has been told of it.</summary>
internal sealed class ImportProgress(IServerStreamWriter<V1.ImportSubscriptionsResponse> responses, TimeProvider time)
{
    /// <summary>Warnings of one import; a hundred thousand documents made by one script have a hundred thousand times the same.</summary>
    public const int MaxWarnings = 1000;

    private const int ProblemsPerMessage = 200;
    private const int DocumentsPerMessage = 1000;
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(250);

    private readonly List<V1.ImportProblem> _news = [];
    private long _lastSent = time.GetTimestamp();
    private long _receivedThen;
    private int _warnings;

    public long Received { get; set; }

    public long Created { get; private set; }

    public long Updated { get; private set; }

    public long Unchanged { get; private set; }

    public long Refused { get; private set; }

    public long CommittedLine { get; set; }

    public void Count(ChangeKind kind)
    {
        if (kind == ChangeKind.Created) Created++;
        else if (kind == ChangeKind.Updated) Updated++;
        else Unchanged++;
    }

    public void Refuse(ImportItem item, IEnumerable<DocumentProblem> problems)
    {
        Refused++;
        foreach (var problem in problems) Add(item, problem, isWarning: false);
    }

    public void Warn(ImportItem item, IEnumerable<DocumentProblem> warnings)
    {
        foreach (var warning in warnings)
            if (_warnings++ < MaxWarnings) Add(item, warning, isWarning: true);
    }

    /// <summary>Tells the client when it is time to.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        if (_news.Count < ProblemsPerMessage && Received - _receivedThen < DocumentsPerMessage && time.GetElapsedTime(_lastSent) < s_period) return;
        await SendAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells all that is new.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        do await responses.WriteAsync(Next(), cancellationToken).ConfigureAwait(false);
        while (_news.Count > 0);
        (_lastSent, _receivedThen) = (time.GetTimestamp(), Received);
    }

    /// <summary>The summary, and with it the end.</summary>
    public async Task FinishAsync(bool stoppedEarly, CancellationToken cancellationToken)
    {
        while (_news.Count > ProblemsPerMessage) await responses.WriteAsync(Next(), cancellationToken).ConfigureAwait(false);
        var last = Next();
        (last.Done, last.StoppedEarly) = (true, stoppedEarly);
        await responses.WriteAsync(last, cancellationToken).ConfigureAwait(false);
    }

    private V1.ImportSubscriptionsResponse Next()
    {
        var count = Math.Min(_news.Count, ProblemsPerMessage);
        var message = new V1.ImportSubscriptionsResponse
        {
            Received = Received,
            Created = Created,
            Updated = Updated,
            Unchanged = Unchanged,
            Refused = Refused,
            CommittedLine = CommittedLine,
            Problems = { _news.GetRange(0, count) },
        };
        _news.RemoveRange(0, count);
        return message;
    }

    private void Add(ImportItem item, DocumentProblem problem, bool isWarning) => _news.Add(new()
    {
        Line = item.Line,
        SubscriptionId = item.SubscriptionId,
        Field = Refusals.FieldOf(problem, item.AsDocument),
        Description = Refusals.DescriptionOf(problem),
        IsWarning = isWarning,
    });
}
