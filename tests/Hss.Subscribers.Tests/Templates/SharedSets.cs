namespace Hss.Subscribers.Tests;

/// <summary>The templates that ship, with shared filter sets beside them.</summary>
internal static class SharedSets
{
    public const string Voice = """
        {"id":7,"name":"voice","description":"telephony for everybody","initialFilterCriteria":[
          {"priority":450,"triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"TERMINATING_UNREGISTERED"}]},
           "applicationServer":{"serverName":"sip:shared2.example.com","defaultHandling":"SESSION_CONTINUED"}},
          {"priority":5,"triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]},
           "applicationServer":{"serverName":"sip:shared1.example.com","defaultHandling":"SESSION_TERMINATED"}}]}
        """;

    public const string Text = """
        {"id":0,"name":"text","initialFilterCriteria":[
          {"priority":455,"triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[{"groups":[0],"method":"MESSAGE"},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]},
           "applicationServer":{"serverName":"sip:shared3.example.com"}}]}
        """;

    public static readonly IfcTemplates Templates = Load(("voice", Voice), ("text", Text)).Templates!;

    public static IfcTemplatesReading Load(params (string Name, string Json)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("hss-shared-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "services"));
            Directory.CreateDirectory(Path.Combine(folder, "shared"));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "ifc-templates", "services")))
                File.Copy(file, Path.Combine(folder, "services", Path.GetFileName(file)));
            foreach (var (name, json) in files) File.WriteAllText(Path.Combine(folder, "shared", name + ".json"), json);
            return IfcTemplates.Load(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
