using Hss.Subscribers;

namespace Hss.Benchmarks;

/// <summary>As many subscribers as wanted, each like the first of db/demo.jsonl: one card, three public identities, telephony by templates.</summary>
internal sealed class DemoDocuments
{
    private readonly string _first;
    private readonly string _root;

    public DemoDocuments()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hss.sln"))) folder = folder.Parent;
        _root = folder?.FullName ?? throw new InvalidOperationException($"no Hss.sln above {AppContext.BaseDirectory}");
        _first = File.ReadLines(Path.Combine(_root, "db", "demo.jsonl")).First();
    }

    public IfcTemplates Templates => IfcTemplates.Load(Path.Combine(_root, "ifc-templates")).Templates ?? throw new InvalidOperationException("ifc-templates cannot be read");

    public static string Id(int number) => $"imsi-00101{number:0000000000}";

    /// <param name="port">Of the application server: another one makes another document.</param>
    public string At(int number, int port = 5090) => _first.Replace("001010000000001", $"00101{number:0000000000}", StringComparison.Ordinal)
        .Replace("+12125550001", $"+1212{number:0000000}", StringComparison.Ordinal).Replace(":5090;", $":{port};", StringComparison.Ordinal);
}
