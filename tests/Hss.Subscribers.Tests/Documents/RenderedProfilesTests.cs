using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>Profiles that were read before are not rendered again, and nobody can tell.</summary>
public sealed class RenderedProfilesTests
{
    private static SubscriptionReading Read(string id, string profiles, IfcTemplates templates) => SubscriptionJson.Read(Encoding.UTF8.GetBytes($$$"""
        {"subscriptionId":"{{{id}}}","privateIdentities":[{"identity":"a@example.com","sipDigest":{"ha1Md5":"f723fbd53694c204d4305d3db51f174a"}}],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:a@example.com","serviceProfile":"p"}]}],"serviceProfiles":{{{profiles}}}}
        """), templates);

    [Fact]
    public void The_second_document_has_the_same_profiles_and_the_same_warnings()
    {
        const string profiles = """[{"name":"p","initialFilterCriteria":[{"priority":1,"applicationServer":{"serverName":"sip:as.example.com;lr"}}]},{"name":"q"}]""";
        var (first, second) = (Read("1", profiles, SampleDocuments.Templates), Read("2", profiles, SampleDocuments.Templates));
        Assert.True(first.Subscription!.ServiceProfiles == second.Subscription!.ServiceProfiles);
        Assert.Equal(["serviceProfiles[0].initialFilterCriteria[0]", "serviceProfiles[1]"], first.Warnings.Select(w => w.Path));
        Assert.Equal<DocumentProblem>(first.Warnings, second.Warnings);
    }

    [Fact]
    public void Problems_are_told_every_time()
    {
        const string profiles = """[{"name":"p","initialFilterCriteria":[{"template":"none"}]}]""";
        Assert.Equal<DocumentProblem>(Read("1", profiles, SampleDocuments.Templates).Problems, Read("2", profiles, SampleDocuments.Templates).Problems);
        Assert.Single(Read("3", profiles, SampleDocuments.Templates).Problems);
    }

    [Fact]
    public void Other_templates_render_anew()
    {
        const string profiles = """[{"name":"p","initialFilterCriteria":[{"template":"mmtel-originating","parameters":{"as_uri":"sip:as.example.com"}}]}]""";
        Assert.NotNull(Read("1", profiles, SampleDocuments.Templates).Subscription);
        Assert.Contains("is no template", Assert.Single(Read("1", profiles, IfcTemplates.None).Problems).Message, StringComparison.Ordinal);
        Assert.NotNull(Read("1", profiles, SampleDocuments.Templates).Subscription);
    }
}
