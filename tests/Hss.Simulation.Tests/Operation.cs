using Hss.Diameter;

namespace Hss.Simulation.Tests;

/// <summary>One request of a CSCF, and what the model says of it.</summary>
internal sealed class Operation(int number, string text, byte[] request, Func<RegistrationModel, (RegistrationModel Next, string Result)> apply)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Number { get; } = number;

    public byte[] Request { get; } = request;

    public uint HopByHopId { get; } = DiameterHeader.Read(request).HopByHopId;

    /// <summary>The first request of which this is a copy; null for a first one.</summary>
    public Operation? Original { get; init; }

    public Operation Root => Original ?? this;

    /// <summary>Of a root: the answer that says how it ended, without what belongs to one way only; null until one was seen.</summary>
    public byte[]? Answer { get; set; }

    /// <summary>Of a root: who gave <see cref="Answer"/>, and would give it again.</summary>
    public Machine? AnsweredBy { get; set; }

    /// <summary>Of a copy: sent when the answer was there already, so that nothing may happen any more.</summary>
    public bool IsReplay { get; set; }

    /// <summary>When it was sent.</summary>
    public DateTimeOffset SentAt { get; set; }

    /// <summary>Null for a user nobody has.</summary>
    public string? SubscriptionId { get; init; }

    /// <summary>False for what only looks at the registration state.</summary>
    public bool ChangesState { get; init; }

    /// <summary>UAR: answers with success although the subscription has gone before it could change it.</summary>
    public bool IsWish => ChangesState && DiameterHeader.Read(Request).CommandCode == 300;

    /// <summary>UAR and LIR.</summary>
    public bool TakesNoTurn => DiameterHeader.Read(Request).CommandCode is 300 or 302;

    /// <summary>MAR and SAR: copies get the same answer.</summary>
    public bool IsRemembered => DiameterHeader.Read(Request).CommandCode is 301 or 303;

    /// <summary>The phone that a MAR with AKA is about.</summary>
    public SimulatedUe? Ue { get; init; }

    /// <summary>How many of the challenges the S-CSCF passes on to the phone.</summary>
    public int Delivered { get; init; }

    /// <summary>For a MAR that reports an AUTS of the phone's present desynchronisation: which one it repairs.</summary>
    public int? Repairs { get; init; }

    /// <summary>The S-CSCF that asks.</summary>
    public string Server { get; init; } = "";

    /// <summary>What the durable image had seen when the request was sent.</summary>
    public int SentVersion { get; set; }

    /// <summary>The highest SEQ of this key that was seen when the request was sent.</summary>
    public ulong SeqSeen { get; set; }

    /// <summary>Ends when an answer was seen, or never will be.</summary>
    public Task Done => _done.Task;

    /// <summary>Null until an answer was seen.</summary>
    public string? Result { get; private set; }

    public (RegistrationModel Next, string Result) Apply(RegistrationModel state) => apply(state);

    public void Finish(string? result)
    {
        Result = result;
        _done.TrySetResult();
    }

    public override string ToString() => $"#{Number} {text}";
}
