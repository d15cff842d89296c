namespace Hss.Diameter.Tests;

public sealed class ParserAllocationTests
{
    [Fact]
    public void Parsing_a_request_and_reading_it_allocates_nothing()
    {
        byte[] message = SampleMessages.Maximal(Commands.Cx.MultimediaAuthRequest.Grammar);
        Assert.True(ReadAll(message) > 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int octets = 0;
        for (int time = 0; time < 100; time++) octets += ReadAll(message);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(octets > 0);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Writing_a_message_with_a_rented_writer_allocates_nothing()
    {
        Write();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int time = 0; time < 100; time++) Write();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int ReadAll(byte[] message)
    {
        if (!Commands.Cx.MultimediaAuthRequest.TryParse(message, out Commands.Cx.MultimediaAuthRequest request, out _)) return 0;
        int octets = request.UserName.Span.Length + request.SipAuthDataItem.SipAuthorization.Memory.Length + (int)request.SipNumberAuthItems;
        foreach (AvpValue item in request.SupportedFeatures) octets += item.RawAvp.Length + (int)Commands.Cx.SupportedFeatures.Read(item).FeatureList;
        foreach (AvpValue topLevel in AvpOccurrences.Find(message, Avp.SipAuthorization)) octets += topLevel.Span.Length;
        return octets + (int)request.VendorSpecificApplicationId.VendorId;
    }

    private static void Write()
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader { CommandCode = 303 });
        writer.WriteText(Avp.UserName, "name@example");
        writer.BeginGroup(Avp.SipAuthDataItem);
        writer.WriteOctets(Avp.SipAuthorization, "12345"u8);
        writer.EndGroup();
        writer.WriteEnumerated(Avp.AuthSessionState, Commands.Base.AuthSessionState.NoStateMaintained);
        writer.End();
        writer.Return();
    }
}
