namespace Hss.Simulation.Tests.Sh;

internal enum ShCommand
{
    Read,
    Write,
    Delete,
    Subscribe,
    Unsubscribe,
}

/// <summary>One request of an application server, and what came of it.</summary>
/// <param name="Host">Who asks.</param>
/// <param name="Command">What for.</param>
/// <param name="User">About whom.</param>
/// <param name="SequenceNumber">Of a PUR.</param>
/// <param name="Text">What it writes; no other request writes that.</param>
/// <param name="Since">The oldest state of the item that it may see.</param>
internal sealed record ShOperation(string Host, ShCommand Command, string User, int SequenceNumber, string? Text, int Since)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answered, or lost.</summary>
    public Task Done => _done.Task;

    /// <summary>0: not answered.</summary>
    public uint Code { get; private set; }

    /// <summary>The item as the answer shows it; null: it shows none.</summary>
    public ItemState? Said { get; set; }

    public void End(uint code)
    {
        Code = code;
        _done.TrySetResult();
    }

    public override string ToString() => $"{Command} {SequenceNumber} {Text} by {Host[..4]} of {User[..8]}";
}
