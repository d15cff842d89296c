using System.Text;
using Hss.Subscribers;
using Hss.Subscribers.Tests;

namespace Hss.Fuzz.Tests;

/// <summary>Damaged Sh-Data: a document or a problem, never an exception, never more memory than a bound; what was read can be written and validates.</summary>
public sealed class ShDataFuzzTests
{
    private const int Mutations = 10_000;

    /// <summary>Several times what any document here needs: its text, the buffers of the reader, what is made of it. An entity that multiplied would need more.</summary>
    private const long MostAllocatedBytes = 8 * 1024 * 1024;

    private static readonly byte[][] Corpus = [.. ShDataSamples.Names.Select(ShDataSamples.Octets), .. Written()];

    [Fact]
    public void Damaged_documents_give_data_or_a_problem()
    {
        int accepted = 0, refused = 0;
        for (int iteration = 0; iteration < Mutations; iteration++)
        {
            byte[] document = XmlMutator.Next(FuzzSeed.Generator(iteration), Corpus);
            try
            {
                if (Check(document)) accepted++;
                else refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{FuzzSeed.Describe(iteration, document)}\n{Encoding.UTF8.GetString(document)}\n{e}");
            }
        }

        Assert.True(accepted > Mutations / 10 && refused > Mutations / 10, $"{accepted} accepted, {refused} refused");
    }

    public static TheoryData<string, byte[]> Attacks => new()
    {
        { "entities that multiply", Bytes("<!DOCTYPE Sh-Data [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><Sh-Data>&c;</Sh-Data>") },
        { "an external entity", Bytes("<!DOCTYPE Sh-Data [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><Sh-Data><IMSI>&a;</IMSI></Sh-Data>") },
        { "an external parameter entity", Bytes("<!DOCTYPE Sh-Data [<!ENTITY % a SYSTEM 'http://127.0.0.1:1/a'>%a;]><Sh-Data/>") },
        { "deep nesting", Bytes("<Sh-Data>" + Repeat("<a>", 20_000)) },
        { "deep nesting of what is kept", Bytes("<Sh-Data><RepositoryData><ServiceData>" + Repeat("<a>", 20_000)) },
        { "deep extensions", Bytes("<Sh-Data>" + Repeat("<Extension>", 5_000)) },
        { "a huge attribute", Bytes($"<Sh-Data a='{new string('x', 65_000)}'/>") },
        { "many attributes", Bytes($"<Sh-Data {string.Concat(Enumerable.Range(0, 6_000).Select(i => $" a{i}=''"))}/>") },
        { "many attributes of one name", Bytes($"<Sh-Data {Repeat(" a=''", 10_000)}/>") },
        { "many declarations over many elements", Bytes($"<Sh-Data {string.Concat(Enumerable.Range(0, 60).Select(i => $" xmlns:p{i}='urn:{new string('x', 300)}'"))}>"
            + $"<RepositoryData><ServiceIndication>a</ServiceIndication><SequenceNumber>1</SequenceNumber><ServiceData>{string.Concat(Enumerable.Range(0, 3_000).Select(i => $"<p{i % 60}:a/>"))}</ServiceData></RepositoryData></Sh-Data>") },
        { "declarations on every level", Bytes(string.Concat(Enumerable.Range(0, 60).Select(i => $"<a xmlns:p{i}='urn:{i}'>"))) },
        { "many pieces in long lines", Bytes("<Sh-Data>" + Repeat("\n", 30_000) + string.Concat(Enumerable.Range(0, 300).Select(i =>
            $"<RepositoryData><ServiceIndication>{i}</ServiceIndication><SequenceNumber>1</SequenceNumber><ServiceData>\n</ServiceData></RepositoryData>")) + "</Sh-Data>") },
        { "text in thousands of pieces", Bytes("<Sh-Data><IMSI>" + Repeat("<![CDATA[1]]><!---->", 3_000) + "</IMSI></Sh-Data>") },
        { "character references", Bytes("<Sh-Data><IMSI>" + Repeat("&#49;", 10_000) + "</IMSI></Sh-Data>") },
        { "characters that XML does not have", Bytes("<Sh-Data><IMSI>&#0;&#xFFFF;\u0001</IMSI></Sh-Data>") },
        { "a megabyte", Bytes("<Sh-Data>" + new string(' ', 1_000_000)) },
        { "UTF-16", Encoding.Unicode.GetBytes("\uFEFF<Sh-Data/>") },
        { "UTF-8 cut short", [.. "<Sh-Data><IMSI>"u8, 0xE6, 0x97] },
        { "UTF-8 longer than needed", [.. "<Sh-Data>"u8, 0xC0, 0xBC, .. "/Sh-Data>"u8] },
        { "half a surrogate pair", [.. "<Sh-Data>"u8, 0xED, 0xA0, 0x80, .. "</Sh-Data>"u8] },
        { "zeros", new byte[1_000] },
    };

    [Theory, MemberData(nameof(Attacks))]
    public void An_attack_is_a_problem_and_costs_little(string what, byte[] document)
    {
        ShDataReader.TryRead("<Sh-Data/>"u8, out _, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isRead = ShDataReader.TryRead(document, out _, out DocumentProblem? problem);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(!isRead || what is "a huge attribute" or "many attributes", $"{what} was read");
        Assert.True(allocated < MostAllocatedBytes, $"{what}: {allocated} octets allocated");
        if (problem is not null) Assert.InRange(problem.ToString().Length, 1, 300);
    }

    private static bool Check(byte[] document)
    {
        Assert.Equal(ShDataReader.TryRead(document, out ShData? data, out DocumentProblem? problem), problem is null);
        foreach (DocumentProblem fault in AccessReportDocument.Check(document)) Assert.False(string.IsNullOrWhiteSpace(fault.Message));
        if (data is null)
        {
            Assert.False(string.IsNullOrWhiteSpace(problem!.Message));
            return false;
        }
        byte[] written = ShDataWriter.Write(data);
        ShDataSchema.Validate(written);
        // ServiceData may have grown by the declarations that it needs to stand on its own; it must not grow again.
        if (written.Length > 65_536) return true;
        Assert.True(ShDataReader.TryRead(written, out ShData? again, out DocumentProblem? trouble), trouble?.ToString());
        Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(ShDataWriter.Write(again)));
        return true;
    }

    private static IEnumerable<byte[]> Written()
    {
        yield return ShDataWriter.Write(GeneratedShData.Maximal());
        for (int seed = 0; seed < 30; seed++) yield return ShDataWriter.Write(GeneratedShData.Next(new Random(seed)));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
