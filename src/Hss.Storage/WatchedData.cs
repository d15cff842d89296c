using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>What one application server watches, whoever the user is.</summary>
/// <param name="Detail">As in <see cref="NotificationKey"/>; null: whatever it is.</param>
public readonly record struct WatchedData(string ApplicationServer, ShDataReference Reference, string? Detail = null);
