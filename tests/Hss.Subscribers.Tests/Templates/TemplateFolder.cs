using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>A folder of templates with one in it, for a test to change.</summary>
internal sealed class TemplateFolder : IDisposable
{
    public TemplateFolder()
    {
        Path = Directory.CreateTempSubdirectory("ifc-templates-").FullName;
        Write("services", "one", One("1"));
    }

    public string Path { get; }

    public static string One(string version) => $$$$"""
        {"name":"one","version":"{{{{version}}}}","description":"d","reference":"TS 29.228","priorityBand":{"first":1,"last":9},
         "parameters":[{"name":"as_uri","type":"sip-uri","description":"d"}],
         "initialFilterCriteria":{"priority":1,"triggerPoint":{"servicePointTriggers":[{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]},"applicationServer":{"serverName":"{as_uri}"}}}
        """;

    public void Write(string folder, string name, string json) =>
        File.WriteAllText(System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Path, folder)).FullName, name + ".json"), json, new UTF8Encoding(false));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
