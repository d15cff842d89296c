namespace Hss.DiameterNode;

/// <summary>How a request came to its answer.</summary>
internal enum Outcome
{
    /// <summary>The procedure answered, whatever the result.</summary>
    Served,

    /// <summary>The node refused it before the procedure: header, routing, load or grammar.</summary>
    Refused,

    /// <summary>The deadline passed.</summary>
    Late,

    /// <summary>The procedure failed: our bug.</summary>
    Failed,
}
