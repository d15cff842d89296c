using System.Globalization;
using Hss.Diameter;
using Hss.Provisioning.V1;
using Hss.Subscribers;
using Operation = Hss.Provisioning.V1.ShPermission.Types.Operation;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;

namespace Hss.Cli.ApplicationServers;

/// <summary>Data references and operations as people type them.</summary>
/// Shape: a name (repository-data, or RepositoryData as on the wire), the number on the wire (0), or several joined by commas. Spec: TS 29.328 Table 7.6.1.
internal static class DataReferences
{
    public const string All = "all";

    private static readonly (Operation Value, ShOperations Flag)[] s_operations =
        [(Operation.Pull, ShOperations.Pull), (Operation.Update, ShOperations.Update), (Operation.Subscribe, ShOperations.Notify)];

    /// <summary>For the shell.</summary>
    public static string[] Names => [All, .. Words.All<Reference>()];

    public static string WordOf(Reference reference) => Words.Of(reference).Replace(' ', '-');

    /// Errors: <see cref="CliException"/>.
    public static IReadOnlyList<Reference> Parse(string text) =>
        text.Equals(All, StringComparison.OrdinalIgnoreCase) ? [.. Enum.GetValues<Reference>().Skip(1)] : [.. text.Split(',').Select(One).Distinct()];

    /// Errors: <see cref="CliException"/>.
    public static IReadOnlyList<Operation> ParseOperations(string text) =>
        text.Equals(All, StringComparison.OrdinalIgnoreCase) ? [.. s_operations.Select(one => one.Value)]
        : [.. text.Split(',').Select(word => Words.Parse<Operation>(word) is { } operation && operation != Operation.Unspecified ? operation
            : throw new CliException($"'{OneLine.Of(word)}' is no operation; there are {string.Join(", ", Words.All<Operation>())}, several joined by commas, or all")).Distinct()];

    /// <summary>Those of the operations that a reference has: what "all" means for it.</summary>
    public static IEnumerable<Operation> Possible(Reference reference, IEnumerable<Operation> operations)
    {
        var most = DataReferenceTable.Operations(reference == Reference.RepositoryData ? ShDataReference.RepositoryData : (ShDataReference)reference);
        return operations.Where(operation => most.HasFlag(Array.Find(s_operations, one => one.Value == operation).Flag));
    }

    private static bool TryWireName(string word, out int number)
    {
        foreach (var (value, name) in Avp.DataReference.Values)
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                number = value;
                return true;
            }
        number = 0;
        return false;
    }

    private static Reference One(string word)
    {
        // On the wire RepositoryData is 0.
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || TryWireName(word, out number))
        {
            var byNumber = number == 0 ? Reference.RepositoryData : (Reference)number;
            if (number != 1 && Enum.IsDefined(byNumber)) return byNumber;
        }
        else if (Words.Parse<Reference>(word) is { } reference && reference != Reference.Unspecified) return reference;
        throw new CliException($"'{OneLine.Of(word)}' is no data reference; there are {string.Join(", ", Words.All<Reference>())}, their numbers (0, 10 to 35), or all");
    }
}
