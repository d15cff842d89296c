namespace Hss.DiameterNode;

/// <summary>Whether the applications of a node fit each other and what the configuration says of its peers.</summary>
/// Errors: ArgumentException, one line with the key and what to choose from.
internal static class ServedApplications
{
    public static void Check(NodeOptions options, IReadOnlyList<DiameterApplication> applications)
    {
        if (applications.Count == 0) throw new ArgumentException("A node without an application has nothing in common with any peer.");
        if (applications.DistinctBy(application => application.Id).Count() != applications.Count)
        {
            throw new ArgumentException("An application is listed twice.");
        }

        for (int i = 0; i < options.Peers.Count; i++)
        {
            foreach (string entry in options.Peers[i].Applications)
            {
                if (applications.Any(application => CapabilitiesExchange.Names(entry, application))) continue;
                string names = string.Join(", ", applications.Select(application => application.Name));
                throw new ArgumentException($"Diameter:Peers:{i}:Applications: '{entry}' is not served here; choose from {names}.");
            }

            foreach (string entry in options.Peers[i].Commands)
            {
                IEnumerable<string> commands = applications.SelectMany(application => application.Procedures).Select(procedure => procedure.Grammar.Abbreviation);
                if (commands.Contains(entry, StringComparer.OrdinalIgnoreCase)) continue;
                throw new ArgumentException($"Diameter:Peers:{i}:Commands: '{entry}' is not served here; choose from {string.Join(", ", commands)}.");
            }
        }
    }
}
