using System.Buffers;
using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class ShDataWriterTests
{
    [Fact]
    public void An_answer_with_user_state_and_repository_data_is_written_without_allocating()
    {
        var data = new ShData { ImsUserState = ImsUserState.Registered, RepositoryData = [new("mmtel", 7, Encoding.UTF8.GetBytes("<a>é</a>"))] };
        var buffer = new ArrayBufferWriter<byte>(4_096);
        Write();
        Assert.Equal("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data><RepositoryData><ServiceIndication>mmtel</ServiceIndication><SequenceNumber>7</SequenceNumber>"
            + "<ServiceData><a>é</a></ServiceData></RepositoryData><Sh-IMS-Data><IMSUserState>1</IMSUserState></Sh-IMS-Data></Sh-Data>", Encoding.UTF8.GetString(buffer.WrittenSpan));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var differences = 0;
        for (var time = 0; time < 100; time++) differences += Write();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, differences);

        int Write()
        {
            buffer.ResetWrittenCount();
            return ShDataWriter.Measure(data) - ShDataWriter.Write(data, buffer);
        }
    }

    [Fact]
    public void A_deep_element_brings_the_extensions_above_it_and_no_others()
    {
        Assert.EndsWith("<Sh-Data><Sh-IMS-Data><Extension><Extension><Extension><Extension><STN-SR>1</STN-SR></Extension></Extension></Extension></Extension></Sh-IMS-Data></Sh-Data>",
            ShDataSamples.Text(new ShData { StnSr = "1" }), StringComparison.Ordinal);
        Assert.EndsWith("<Sh-Data><Extension><RegisteredIdentities/></Extension></Sh-Data>",
            ShDataSamples.Text(new ShData { RegisteredIdentities = ShPublicIdentifiers.Empty }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_XML_cannot_hold_does_not_break_the_document()
    {
        foreach (var text in new[] { "\u0000a\u001F", "\uFFFE\uFFFF", "\ud800", "a\ud800b", "\udc00", "<&>\r\n\t\"']]>\u007F\u0085" })
        {
            var data = new ShData { RepositoryData = [new(text, 0, null)] };
            var octets = ShDataWriter.Write(data);
            ShDataSchema.Validate(octets);
            Assert.Equal(octets.Length, ShDataWriter.Measure(data));
            var expected = string.Concat(text.EnumerateRunes().Select(rune => rune.Value is < 32 and not (9 or 10 or 13) or 0xFFFE or 0xFFFF ? new Rune(0xFFFD) : rune));
            Assert.Equal(expected, ShDataSamples.Read(octets).RepositoryData[0].ServiceIndication);
        }
    }
}
