using Hss.DictionaryCompiler;

namespace Hss.Diameter.Tests.Compiler;

/// <summary>The committed code is what the pages say.</summary>
public sealed class GeneratedCodeTests
{
    private static readonly string Commands = Path.Combine(VectorFiles.DiameterProject, "Commands");

    [Fact]
    public void Compiling_the_pages_again_gives_the_committed_files()
    {
        PageSet set = PageSet.Read(PageFiles.In(Path.Combine(VectorFiles.DiameterProject, "Dictionary")));
        Assert.Empty(set.Errors);
        Dictionary<string, string> made = CodeWriter.Write(set).ToDictionary(file => file.Path.Replace('\\', '/'), file => file.Text);
        Dictionary<string, string> committed = Directory.EnumerateFiles(Commands, "*.g.cs", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(Commands, path).Replace('\\', '/'), File.ReadAllText);
        Assert.Equal(made.Keys.Order(StringComparer.Ordinal), committed.Keys.Order(StringComparer.Ordinal));
        foreach ((string path, string text) in made)
        {
            Assert.True(text == committed[path], $"{path} is out of date; run: dotnet run --project src/Hss.DictionaryCompiler");
        }
    }

    [Fact]
    public void Writing_files_replaces_what_changed_removes_what_is_gone_and_leaves_the_rest()
    {
        string folder = Directory.CreateTempSubdirectory("dictionary-compiler-").FullName;
        try
        {
            Assert.Equal(2, PageFiles.Replace(folder, [new("A.g.cs", "a"), new("Sub/B.g.cs", "b")]));
            File.WriteAllText(Path.Combine(folder, "Hand.cs"), "written by hand");
            Assert.Equal(0, PageFiles.Replace(folder, [new("A.g.cs", "a"), new("Sub/B.g.cs", "b")]));
            Assert.Equal(2, PageFiles.Replace(folder, [new("A.g.cs", "changed")]));
            Assert.Equal(["A.g.cs", "Hand.cs"], Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal("changed", File.ReadAllText(Path.Combine(folder, "A.g.cs")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("SIP-Auth-Data-Item", "SipAuthDataItem")]
    [InlineData("SCSCF-Restoration-Info", "ScscfRestorationInfo")]
    [InlineData("P-CSCF-Subscription-Info", "PCscfSubscriptionInfo")]
    [InlineData("Digest-HA1", "DigestHa1")]
    [InlineData("Digest-QoP", "DigestQoP")]
    [InlineData("WebRTC-Web-Server-Function-Name", "WebRtcWebServerFunctionName")]
    [InlineData("Initial-CSeq-Sequence-Number", "InitialCSeqSequenceNumber")]
    [InlineData("Framed-IPv6-Prefix", "FramedIPv6Prefix")]
    [InlineData("SourceID", "SourceId")]
    [InlineData("UAR-Flags", "UarFlags")]
    [InlineData("DRMP", "Drmp")]
    [InlineData("RE_REGISTRATION", "ReRegistration")]
    [InlineData("REMOVE_S-CSCF", "RemoveSCscf")]
    [InlineData("PRIORITY-4", "Priority4")]
    [InlineData("Multimedia-Auth-Request", "MultimediaAuthRequest")]
    public void Names_of_the_standards_become_names_of_code(string name, string expected) => Assert.Equal(expected, CodeNames.Of(name));
}
