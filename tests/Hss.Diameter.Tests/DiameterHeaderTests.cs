namespace Hss.Diameter.Tests;

public sealed class DiameterHeaderTests
{
    private static readonly byte[] Octets =
    [
        0x01, 0x00, 0x01, 0xF8, 0xD0, 0x00, 0x01, 0x2F, 0x01, 0x00, 0x00, 0x00, 0x17, 0x5D, 0x12, 0x43, 0x34, 0xAE, 0x2F, 0x94,
    ];

    [Fact]
    public void Every_field_is_read_from_its_octets()
    {
        foreach (ReadOnlyMemory<byte> shape in BufferShapes.Of(Octets))
        {
            DiameterHeader header = DiameterHeader.Read(shape.Span);
            Assert.Equal(1, header.Version);
            Assert.Equal(504, header.LengthBytes);
            Assert.Equal(CommandFlags.Request | CommandFlags.Proxiable | CommandFlags.Retransmitted, header.Flags);
            Assert.Equal(303u, header.CommandCode);
            Assert.Equal(ApplicationIds.Cx, header.ApplicationId);
            Assert.Equal(0x175D1243u, header.HopByHopId);
            Assert.Equal(0x34AE2F94u, header.EndToEndId);
            Assert.True(header is { IsRequest: true, IsProxiable: true, IsError: false });
        }
    }

    [Fact]
    public void What_is_written_is_what_was_read()
    {
        byte[] written = new byte[DiameterHeader.SizeBytes];
        DiameterHeader.Read(Octets).Write(written);
        Assert.Equal(Octets, written);
    }

    [Fact]
    public void An_answer_copies_P_and_the_identifiers_and_clears_R_and_T()
    {
        DiameterHeader request = DiameterHeader.Read(Octets);
        DiameterHeader answer = request.ToAnswer();
        Assert.Equal(CommandFlags.Proxiable, answer.Flags);
        Assert.Equal(request with { Flags = answer.Flags, LengthBytes = 0 }, answer);
        Assert.Equal(CommandFlags.None, (request with { Flags = CommandFlags.Request }).ToAnswer().Flags);
    }

    [Fact]
    public void Fewer_octets_than_a_header_are_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DiameterHeader.Read(Octets.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(DiameterHeader).Write(new byte[19]));
    }
}
