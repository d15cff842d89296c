using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>What the audit record of a change of the AS permission list says.</summary>
public static class ApplicationServerRecord
{
    /// <summary>The whole list of what it may do now: who reads a record wants to know what was allowed from then on.</summary>
    public static string Of(string diameterHost, ApplicationServerPermissions? before, ApplicationServerPermissions? now)
    {
        if (now is null) return $"application server {diameterHost} removed";
        var operations = string.Join(", ", now.Operations.Where(one => one.Value != ShOperations.None)
            .Select(one => $"{(int)one.Key} {one.Value.ToString().Replace(", ", "+", StringComparison.Ordinal)}"));
        return $"application server {diameterHost} {(before is null ? "created" : "changed")}: {(operations.Length == 0 ? "nothing allowed" : operations)}"
            + (now.ServerNames.IsEmpty ? "" : $"; {string.Join(' ', now.ServerNames)}");
    }
}
