namespace Hss.Subscribers;

/// <summary>Steps that one simulation may still take, so that neither a long message nor a costly pattern can keep the server busy.</summary>
internal sealed class MatchBudget
{
    /// <summary>A matcher does some ten million steps in a tenth of a second; real patterns on real messages need some thousands.</summary>
    private const long Steps = 50_000_000;

    private long _left = Steps;

    public bool IsSpent => _left < 0;

    /// <summary>False: it is spent, and whatever is matched from now on counts for nothing.</summary>
    public bool Take(int steps) => (_left -= steps) >= 0;
}
